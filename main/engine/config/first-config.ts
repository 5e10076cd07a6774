/** What a first start without a file writes: takes mail from the office's own network and keeps all of it here until a relay is set. */
export const FIRST_CONFIG = `# Mailroom's settings. The window changes this file and keeps your comments; you can also edit it by hand.
# A saved change takes effect at once. A mistake never stops the mail: the last good settings stay in force until it is mended.

[server]
# The name this computer greets other mail servers with. Without it: the computer's own name.
# hostname = "mailroom.office.lan"

# Where devices hand in their mail. Type this computer's address and port 2525 into the scanner.
[server.listener.lan]
bind = ["0.0.0.0:2525", "[::]:2525"]
tls = "optional"  # none | optional (STARTTLS) | required | implicit
auth = "optional" # none | optional | required

# Who may send: this computer and private networks. Nobody else, so that this never becomes a relay for strangers.
[access]
networks = ["private"]

# What is ours. Domains listed here are known to rules as is_local_domain.
[directory.default]
domains = []

# A mailbox kept on this computer. "name@domain" is one address, "@domain" a whole domain, "*" everything.
[directory.default.mailbox.inbox]
addresses = ["*"]

# Which route each recipient takes. Now: everything stays in the mailbox above, nothing leaves the office.
[queue.strategy]
route = "'local'"

# To send mail out through your provider, set the relay host in the window, or remove the "# " below and change the rule above to
#   route = [ { if = "is_local_domain('', rcpt_domain)", then = "'local'" }, { else = "'relay'" } ]
#
# [queue.route.relay]
# type = "relay"
# address = "smtp.example.org"
# port = 465
# tls.implicit = true             # false for port 587 (STARTTLS)
# auth.username = "office@example.org"
# auth.secret = "%{env:RELAY_SECRET}%"   # the window keeps passwords in the system's key store instead
`
