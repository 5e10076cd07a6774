/** smtp-server wrapped: who may send, limits, TLS, AUTH, trace headers; one transaction into the spool. */
export { compileNetworks } from './access.ts'
export type { Networks } from './access.ts'
export { loadCertificate } from './certificate.ts'
export type { CertificateFiles } from './certificate.ts'
export type { RefusalReason } from './edge.ts'
export { readHeaderFacts } from './header-scan.ts'
export { createListeners } from './listeners.ts'
export type { ListenerDependencies, Listeners } from './types.ts'
