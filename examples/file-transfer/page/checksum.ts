/**
 * SHA-256 of a file, as the page has it: to be compared with what the server made of the bytes that arrived. Browsers
 * can do it on pages that come over https or from this machine; on others it is null.
 */
export async function checksum(file: File): Promise<string | null> {
  if (!isSecureContext) return null;
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
