#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use apl_cmf::EntityKind;

use super::*;
use crate::hook::{CmfToolPostInvoke, CmfToolPreInvoke};
use crate::plugin::{Plugin, Verdict};

/// Answers with the payload it got, so that a test sees which one that was.
struct Echo;

impl Plugin for Echo {}

macro_rules! echo {
    ($hook:ty) => {
        #[async_trait::async_trait]
        impl HookHandler<$hook> for Echo {
            async fn handle(
                &self,
                payload: &MessagePayload,
                _extensions: &View<'_>,
                _context: &mut PluginContext,
            ) -> Result<PluginResult<MessagePayload>, PluginError> {
                Ok(PluginResult::modify_payload(payload.clone()))
            }
        }
    };
}

echo!(CmfToolPreInvoke);
echo!(CmfToolPostInvoke);

fn role_seen<H: Hook<Payload = MessagePayload>>(call: &Call) -> Option<Role>
where
    Echo: HookHandler<H>,
{
    match call.run::<H, _>(&Echo).ok()?.verdict {
        Verdict::Modify(payload) => Some(payload.message.role),
        Verdict::Allow | Verdict::Deny(_) => None,
    }
}

#[test]
fn a_hook_gets_the_payload_of_its_side() {
    let call = tool_call("read").result("text").build();
    assert_eq!(role_seen::<CmfToolPreInvoke>(&call), Some(Role::Assistant));
    assert_eq!(role_seen::<CmfToolPostInvoke>(&call), Some(Role::Tool));
}

#[test]
fn a_hook_after_an_operation_without_result_is_an_error() {
    let error = tool_call("read").build().run::<CmfToolPostInvoke, _>(&Echo).unwrap_err();
    assert_eq!(error.to_string(), "the call has no result: give it one with `.result(..)`");
}

#[test]
fn a_view_shows_what_was_granted_and_no_more() {
    let call = tool_call("read").subject("alice").role("hr").claim("team", 7).session_labels(["secret"]);
    let blind = call.clone().build();
    assert_eq!((blind.view().subject_id(), blind.view().roles(), blind.view().session_labels()), (None, None, None));

    let seeing = call.message_label("pii").grant(Capability::ReadRoles).grant(Capability::ReadLabels).build();
    let view = seeing.view();
    assert_eq!(view.subject_id(), Some("alice"));
    assert!(view.roles().unwrap().contains("hr"));
    assert_eq!(view.claims(), None);
    assert!(view.session_labels().unwrap().contains("secret"));
    assert!(view.message_labels().unwrap().contains("pii"));
}

#[test]
fn a_call_is_what_the_test_said() {
    let call = tool_call("send").argument("to", "bob").server("mail").permission("send").build();
    let entity = call.envelope.entity(EntityKind::Tool).unwrap();
    assert_eq!(entity.name, "send");
    assert_eq!(call.envelope.arguments().unwrap().get("to"), Some(&Json::from("bob")));
    assert_eq!(call.envelope.mcp().get("server"), Some(&Json::from("mail")));
    assert_eq!(call.envelope.standing(), Standing::Verified);
    assert_eq!(tool_call("send").build().envelope.standing(), Standing::Anonymous);
}
