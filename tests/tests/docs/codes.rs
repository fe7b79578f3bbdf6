//! `docs/codes.md` is made from the table of codes.

use cpex::sdk::code;

use super::page::{self, blocks};
use super::policy;

const INTRODUCTION: &str = "\
# Codes of denials

Every denial has a stable code. Records carry it as `code`. A caller gets it too, unless the policy or a plugin gave a code
of its own, which then stands in its place; the record has both. Where nothing gives a reason of its own, the caller reads
the text of the code. An HTTP host answers with the status, unless the route has a `response`; a JSON-RPC host with the
number. A code of the policy's own is answered as the code it stands in place of.

The table is complete: parts of the runtime that are not in this version have their codes already. The first words of these
codes are the runtime's own; a policy that begins a code with one of them is warned about.";

#[test]
fn the_page_of_codes_is_made_from_the_table() {
    let rows = code::ALL.iter().map(|code| {
        let name = format!("`{}`", code.name);
        [name, code.http_status.to_string(), code.json_rpc.to_string(), code.text.to_owned(), code.doc.to_owned()]
    });
    let table = page::table(["code", "HTTP", "JSON-RPC", "text", "when"], rows);
    page::expect_fresh("docs/codes.md", &format!("{INTRODUCTION}\n\n{table}"));
}

#[test]
fn a_policy_that_begins_a_code_like_one_of_the_runtime_is_warned_about() {
    for code in code::ALL {
        let first = code.name.split('.').next().unwrap();
        let text = format!("```yaml,policy\n- \"role.guest: deny('no guests', '{first}.own')\"\n```\n");
        let found = policy::load(&blocks("codes.rs", &text)[0]);
        assert_eq!(found.codes, ["rule.reserved_code"], "{first}");
    }
}
