# data.hr.allow
package hr

default allow := false

allow if {
	"hr" in input.subject.roles
	input.args.b == "x"
}
