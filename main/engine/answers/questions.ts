import type { RoutingQuestion } from '../../contract/index.ts'
import type { RecipientFacts } from '../routing/index.ts'

/** What a message that was just accepted from this computer would look like to the rules; what the question names beside that wins. */
export function factsOf(question: RoutingQuestion, port: number): RecipientFacts {
  const { recipient, sender, retryNum, variables } = question
  return {
    recipient,
    recipients: [recipient],
    sender,
    priority: 0,
    retryNum,
    notifyNum: 0,
    expiresIn: 259_200,
    lastStatus: 'Scheduled',
    lastError: 'none',
    queueName: 'default',
    queueAgeSeconds: 0,
    receivedFromIp: '127.0.0.1',
    receivedViaPort: port,
    source: 'unauthenticated',
    size: 1024,
    overrides: variables,
  }
}
