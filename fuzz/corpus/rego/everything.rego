# data.t.allow
package t

allow if count([path | walk(input, [path, "eve"])]) > 0
