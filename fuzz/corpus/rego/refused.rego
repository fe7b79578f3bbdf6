# data.t.alow
package t

allow if http.send({"url": input.subjcet.id}).status_code == 1e1000

allow if f(1)

f(x) := f(x)
