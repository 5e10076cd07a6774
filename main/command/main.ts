import { Command } from 'commander'

new Command('mailroom').description('The office mail relay.').version('0.1.0').parse()
