package pay

import data.limits

default allow := false

allow if {
	"hr" in input.subject.roles
	limits.is_within(input.args.amount, input.claim.department)
}

is_own if input.args.employee == input.subject.id

is_own if input.args.employee == null

is_open if {
	startswith(input.path, sprintf("/files/%s/", [input.by]))
}

# Counts up to the amount of the result, item by item.
is_small if {
	every item in input.result.items {
		item.of != "root"
	}
	count([1 | some i in limits.digits; some j in limits.digits; i + (j * 10) < input.result.amount]) > 0
	not is_slow
}

is_slow if {
	input.result.amount > 1000
	some a in limits.digits
	some b in limits.digits
	some c in limits.digits
	some d in limits.digits
	some e in limits.digits
	a + b + c + d + e > 45
}

is_untainted if not "secret" in input.session.labels
