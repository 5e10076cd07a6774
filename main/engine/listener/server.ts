import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js'
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import { rawParameter } from './envelope.ts'

const OWN_STATUS = /^[245]\.\d{1,3}\.\d{1,3} /

/**
 * smtp-server with the things it has no option for. All override methods that its type declarations name, so an update that changes
 * them fails to compile instead of failing in an office.
 */
export class OfficeServer extends SMTPServer {
  readonly #greetAtOnce: (address: string) => boolean

  /** @param greetAtOnce clients that may send need not wait out the check for early talkers */
  constructor(options: SMTPServerOptions, greetAtOnce: (address: string) => boolean) {
    super(options)
    this.#greetAtOnce = greetAtOnce
  }

  override connect(socket: Socket | TLSSocket, options?: SMTPConnectionOptions | null): void {
    const connection = new OfficeConnection(this, socket, options, this.#greetAtOnce)
    this.connections.add(connection)
    connection.on('error', (error: Error) => this._onError(error))
    connection.init()
  }
}

class OfficeConnection extends SMTPConnection {
  readonly #greetAtOnce: (address: string) => boolean

  constructor(
    server: SMTPServer,
    socket: Socket | TLSSocket,
    options: SMTPConnectionOptions | null | undefined,
    greetAtOnce: (address: string) => boolean,
  ) {
    super(server, socket, options)
    this.#greetAtOnce = greetAtOnce
  }

  /** The library holds every greeting back for 100 ms to catch clients that talk first. Strangers still wait; those who may send do not. */
  override init(): void {
    if (!this.#greetAtOnce(this.remoteAddress)) {
      super.init()
      return
    }
    this._setListeners(() => {
      const { maxClients } = this._server.options
      if (maxClients !== undefined && maxClients > 0 && this._server.connections.size > maxClients) {
        this.send(421, `${this.name} 4.3.2 Too many connections, try again in a moment`, false)
        return
      }
      this.connectionReady()
    })
  }

  /** Delivery report parameters go on as they came; the library has checked the decoded form. */
  override _parseAddressCommand(name: string, command: Buffer | string): ReturnType<SMTPConnection['_parseAddressCommand']> {
    const parsed = super._parseAddressCommand(name, command)
    if (parsed === false || parsed.args === false) return parsed
    for (const keyword of ['ENVID', 'ORCPT']) {
      const raw = rawParameter(command.toString(), keyword)
      if (raw !== undefined && keyword in parsed.args) parsed.args[keyword] = raw
    }
    return parsed
  }

  /** The library derives the enhanced status from the code; where our text brings its own (RFC 2034 §4), that one stands. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    super.send(code, data, typeof data === 'string' && OWN_STATUS.test(data) ? false : context)
  }
}
