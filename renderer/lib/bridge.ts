import type { Answer, Args, MailroomBridge, Notice, NoticeName, RequestName, Result } from '../../main/contract/channels.ts'

declare global {
  interface Window {
    readonly mailroom?: MailroomBridge
  }
}

/** The one way from the window to the engine. */
function bridge(): MailroomBridge {
  if (window.mailroom === undefined) throw new Error('the page was opened without its preload script')
  return window.mailroom
}

/**
 * Asks the engine. A refusal is a value: look at `ok` before `value`. Should the bridge itself break down (the engine ended), that is a
 * refusal as well, so a caller has one way to be told.
 */
export async function ask<R extends RequestName>(request: R, args: Args<R>): Promise<Answer<Result<R>>> {
  try {
    return await bridge().ask(request, args)
  } catch (thrown) {
    return { ok: false, problem: { code: 'bridge', text: thrown instanceof Error ? thrown.message : String(thrown) } }
  }
}

/** @returns a function that ends the subscription */
export function on<N extends NoticeName>(notice: N, handler: (value: Notice<N>) => void): () => void {
  return bridge().on(notice, handler)
}

export const platform = (): MailroomBridge['platform'] => window.mailroom?.platform ?? 'linux'
