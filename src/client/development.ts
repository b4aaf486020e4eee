// Written out so that bundlers put the value here; nothing is imported for it, and browsers have no such thing.
declare const process: { readonly env: { readonly NODE_ENV?: string } };

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1])$/;

/** Tells whether this is development: not built for production, or not built at all and served by this machine. */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    const { location } = globalThis as { readonly location?: { readonly hostname: string } };
    return location !== undefined && LOOPBACK.test(location.hostname);
  }
}
