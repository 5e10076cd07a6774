import { z } from 'zod'

/** How a device departs from the rules of SMTP; what was mended is said in the device's row and in the log. */
export const oddity = z.enum([
  'helo-without-name',
  'helo-name-odd',
  'address-without-brackets',
  'space-after-colon',
  'auth-before-helo',
  'auth-without-tls',
  'bare-line-feed',
  'bare-carriage-return',
  'long-line',
  'nul-byte',
  'eight-bit-header',
  'header-missing',
  'header-broken',
  'no-quit',
  'quit-without-waiting',
  'data-after-quit',
  'pipelining-unasked',
  'slow',
  'legacy-tls',
])
export type Oddity = z.infer<typeof oddity>
