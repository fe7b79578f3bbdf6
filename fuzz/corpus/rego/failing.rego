# data.t.allow
package t

allow if upper(input.args.a) == "1"

allow := false if input.args.t

reasons contains msg if msg := sprintf("%v: %d", [input.args.b, 1])
