import * as z from 'zod';

const wholeNumber = (min: number, max: number) => {
  const words = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(words).int(words).min(min, words).max(max, words);
};

const schema = z
  .object({
    PORT: wholeNumber(0, 65_535).default(3443),
    // gatewire refuses what is no origin; this one is an origin, and everybody's.
    ORIGINS: z
      .string()
      .transform((list) => list.split(','))
      .refine((list) => !list.includes('*'), 'must name origins; * would let every page in')
      .optional(),
    TOKEN_SECONDS: wholeNumber(1, 3_600).default(60),
    JWT_SECRET: z.string().optional(),
    TLS_KEY: z.string().optional(),
    TLS_CERT: z.string().optional(),
  })
  .refine(({ TLS_KEY, TLS_CERT }) => (TLS_KEY === undefined) === (TLS_CERT === undefined), {
    path: ['TLS_KEY'],
    message: 'and TLS_CERT go together',
  });

// A variable that is set to nothing counts as not set.
const variables = Object.entries(process.env).filter(([, value]) => value !== '');
const { data = schema.parse({}), error } = schema.safeParse(Object.fromEntries(variables));

/** What is wrong with the environment, in words; null when nothing is. */
export const complaint =
  error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n') ?? null;

/** What the environment says, with a safe default for each. */
export const settings = {
  port: data.PORT,
  /** The page's own origin, unless ORIGINS names others. */
  origins: data.ORIGINS ?? [new URL(`https://localhost:${data.PORT}`).origin],
  tokenSeconds: data.TOKEN_SECONDS,
  jwtSecret: data.JWT_SECRET,
  tlsKey: data.TLS_KEY,
  tlsCert: data.TLS_CERT,
};
