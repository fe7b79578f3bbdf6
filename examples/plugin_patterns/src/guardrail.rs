//! A guardrail on both sides: what goes to a tool and what comes back from it is cleaned by the same code.

use cpex_sdk::cmf::{ContentPart, View};
use cpex_sdk::{
    HookHandler, Plugin, PluginContext, PluginError, PluginResult, ToolPostInvoke, ToolPostInvokePayload,
    ToolPreInvoke, ToolPreInvokePayload, async_trait,
};
use serde_json::Value as Json;

/// Takes the numbers of payment cards out of all text.
#[derive(Debug)]
pub struct CardGuardrail;

impl Plugin for CardGuardrail {}

#[async_trait]
impl HookHandler<ToolPreInvoke> for CardGuardrail {
    async fn handle(
        &self,
        payload: &ToolPreInvokePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<ToolPreInvokePayload>, PluginError> {
        let mut cleaned = payload.clone();
        cleaned.args.values_mut().for_each(clean);
        Ok(if cleaned == *payload { PluginResult::allow() } else { PluginResult::modify_payload(cleaned) })
    }
}

#[async_trait]
impl HookHandler<ToolPostInvoke> for CardGuardrail {
    async fn handle(
        &self,
        payload: &ToolPostInvokePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<ToolPostInvokePayload>, PluginError> {
        let mut cleaned = payload.clone();
        clean(&mut cleaned.result);
        for part in &mut cleaned.parts {
            match part {
                ContentPart::Text(part) => part.text = without_cards(&part.text),
                // What it cannot read, it does not let pass unread.
                _ => return Err(PluginError("the answer holds a part that is no text".to_owned())),
            }
        }
        Ok(if cleaned == *payload { PluginResult::allow() } else { PluginResult::modify_payload(cleaned) })
    }
}

fn clean(value: &mut Json) {
    match value {
        Json::String(text) => *text = without_cards(text),
        Json::Array(items) => items.iter_mut().for_each(clean),
        Json::Object(members) => members.values_mut().for_each(clean),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The text without runs of sixteen digits, in which blanks and dashes do not count.
fn without_cards(text: &str) -> String {
    let (mut cleaned, mut run, mut digits) = (String::with_capacity(text.len()), String::new(), 0);
    let end = |cleaned: &mut String, run: &mut String, digits: &mut usize| {
        // A blank before the next word is no part of the number.
        let tail = run.len() - run.trim_end_matches([' ', '-']).len();
        let rest = run.split_off(run.len() - tail);
        cleaned.push_str(if *digits == 16 { "[CARD]" } else { run.as_str() });
        cleaned.push_str(&rest);
        run.clear();
        *digits = 0;
    };
    for character in text.chars() {
        match character {
            '0'..='9' => {
                run.push(character);
                digits += 1;
            }
            ' ' | '-' if digits > 0 => run.push(character),
            _ => {
                end(&mut cleaned, &mut run, &mut digits);
                cleaned.push(character);
            }
        }
    }
    end(&mut cleaned, &mut run, &mut digits);
    cleaned
}

#[cfg(test)]
mod tests {
    use super::without_cards;

    #[test]
    fn runs_of_sixteen_digits_are_taken_out_and_no_others() {
        assert_eq!(without_cards("pay 4111 1111-1111 1111 now"), "pay [CARD] now");
        assert_eq!(without_cards("4111111111111111"), "[CARD]");
        assert_eq!(without_cards("order 12345678, 2026-11-21 "), "order 12345678, 2026-11-21 ");
        assert_eq!(without_cards("ключ 41111111111111111"), "ключ 41111111111111111");
    }
}
