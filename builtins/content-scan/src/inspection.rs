//! Looks into all that a message holds: texts, arguments, results, at any depth, keys and numbers included.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cpex_sdk::cmf::{ContentPart, Media, MediaSource, Message, PromptResult, Resource, ResourceRef};
use serde_json::{Map, Value as Json};

use crate::detect::Detect;
use crate::json_text::{self, Text};

/// How deeply maps, lists, texts that are JSON and messages are looked into: as deeply as JSON is read.
pub(crate) const MAX_DEPTH: usize = 128;

/// What was found, by name; never what it is.
pub(crate) struct Inspection<'d> {
    detector: &'d dyn Detect,
    /// How often each kind or rule was found.
    pub(crate) found: BTreeMap<&'d str, u64>,
    /// How many things could not be looked into.
    pub(crate) unreadable: u64,
}

impl<'d> Inspection<'d> {
    /// Nothing was looked into yet.
    pub(crate) fn by(detector: &'d dyn Detect) -> Self {
        Self { detector, found: BTreeMap::new(), unreadable: 0 }
    }

    /// Whether everything could be read and nothing was found.
    pub(crate) fn is_clean(&self) -> bool {
        self.found.is_empty() && self.unreadable == 0
    }

    /// Looks into a message.
    pub(crate) fn message(&mut self, message: &Message) {
        self.parts(message, MAX_DEPTH);
    }

    /// Looks into a value.
    pub(crate) fn value(&mut self, value: &Json) {
        self.json(value, MAX_DEPTH);
    }

    fn parts(&mut self, message: &Message, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return self.unreadable += 1 };
        message.content.iter().for_each(|part| self.part(part, depth));
    }

    fn part(&mut self, part: &ContentPart, depth: usize) {
        match part {
            ContentPart::Text(part) | ContentPart::Thinking(part) => self.text(&part.text, depth),
            ContentPart::ToolResult(result) => self.json(&result.content, depth),
            ContentPart::PromptResult(result) => self.prompt(result, depth),
            ContentPart::Resource(resource) => self.resource(resource, depth),
            ContentPart::ResourceRef(reference) => self.reference(reference, depth),
            ContentPart::Image(media)
            | ContentPart::Video(media)
            | ContentPart::Audio(media)
            | ContentPart::Document(media) => self.media(media, depth),
            ContentPart::Other(members) => self.members(members, depth),
            ContentPart::ToolCall(_)
            | ContentPart::PromptRequest(_)
            | ContentPart::LlmRequest(_)
            | ContentPart::AgentRequest(_)
            | ContentPart::HttpRequest(_) => {
                if let Some(arguments) = part.arguments() {
                    self.members(arguments, depth);
                }
            }
        }
        if let Some(more) = part.more().filter(|more| !more.is_empty()) {
            match serde_json::to_value(more) {
                Ok(members) => self.json(&members, depth),
                Err(_) => self.unreadable += 1,
            }
        }
    }

    fn prompt(&mut self, result: &PromptResult, depth: usize) {
        [&result.content, &result.error_message].into_iter().flatten().for_each(|text| self.text(text, depth));
        result.messages.iter().for_each(|message| self.parts(message, depth));
    }

    fn resource(&mut self, resource: &Resource, depth: usize) {
        self.text(&resource.uri, depth);
        let texts = [&resource.name, &resource.description, &resource.content];
        texts.into_iter().flatten().for_each(|text| self.text(text, depth));
        if let Some(blob) = &resource.blob {
            self.encoded(blob, depth);
        }
        self.members(&resource.annotations, depth);
    }

    fn reference(&mut self, reference: &ResourceRef, depth: usize) {
        self.text(&reference.uri, depth);
        [&reference.name, &reference.selector].into_iter().flatten().for_each(|text| self.text(text, depth));
    }

    fn media(&mut self, media: &Media, depth: usize) {
        match media.source {
            MediaSource::Url => self.text(&media.data, depth),
            MediaSource::Base64 => self.encoded(&media.data, depth),
        }
        if let Some(title) = &media.title {
            self.text(title, depth);
        }
    }

    /// Content in base64 (RFC 4648, section 4). What is no text in it cannot be read.
    fn encoded(&mut self, data: &str, depth: usize) {
        match STANDARD.decode(data).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(text) => self.text(&text, depth),
            None => self.unreadable += 1,
        }
    }

    fn json(&mut self, value: &Json, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return self.unreadable += 1 };
        match value {
            Json::String(text) => self.text(text, depth),
            // The number of a card is one without its quotes too.
            Json::Number(number) => self.detect(&number.to_string()),
            Json::Array(values) => values.iter().for_each(|value| self.json(value, depth)),
            Json::Object(members) => self.members(members, depth),
            Json::Null | Json::Bool(_) => {}
        }
    }

    fn members(&mut self, members: &Map<String, Json>, depth: usize) {
        for (name, value) in members {
            self.detect(name);
            self.json(value, depth);
        }
    }

    /// A text; one that is JSON is looked into as such.
    fn text(&mut self, text: &str, depth: usize) {
        match json_text::read(text) {
            Text::Plain => self.detect(text),
            Text::Json(value) => self.json(&value, depth),
            Text::Ambiguous => self.unreadable += 1,
        }
    }

    fn detect(&mut self, text: &str) {
        for finding in self.detector.detect(text) {
            *self.found.entry(finding.name).or_default() += 1;
        }
    }
}
