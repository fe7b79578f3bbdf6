# data.t.allow
package t

import input.args

allow if not deny

deny if some item in args.c; item == 1

deny if {
	every key, value in args.d {
		value != key
	}
	startswith(args.b, "y")
}

else := args.a == 1
