# data.t.allow
package t

allow if input.args.t == "true"

test_allow if allow with input as {"args": {"t": "true"}} with input.args.t as "true"
