# data.t.allow
package t

allow if {{"a": [{"b": [[x | x := [y | some y in [1, 2, 3]]]]}]}} != {-1 + 2 * (3 - (4 / 2)) % 2 | true}
