/** The world behind small interfaces: clock, disk (durable writes), network (dial, resolve), randomness. */
export type { Clock, Timer } from './clock.ts'
export { LockHeldError, errorCode } from './disk.ts'
export type { Disk, DiskFile, DiskStat, Lock, Watch } from './disk.ts'
export { DnsError, TlsError } from './network.ts'
export type {
  Connection,
  ConnectTarget,
  InterfaceAddress,
  ListeningPort,
  ListenTarget,
  MxRecord,
  Network,
  Resolver,
  ResolverOptions,
  ServerIdentity,
  ServerTlsOptions,
  TlsOptions,
  TlsSession,
} from './network.ts'
export { shuffled } from './random.ts'
export type { Random } from './random.ts'
export type { System } from './system.ts'
