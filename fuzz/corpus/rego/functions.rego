# data.t["allow"]
package t

sum_of(xs) := total if total := sum([x | some x in xs; is_number(x)])

limits[name] := limit if {
	some name, limit in {"a": 10, "b": input.args.o}
}

allow := sum_of(input.args.c) < limits.b + limits["a"]
