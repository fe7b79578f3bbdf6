//! A pipeline whose regular expression matches only texts of other lengths than its `len` asks for: nothing passes.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::layer::Outline;
use super::pipeline::Stage;
use super::report::Report;
use crate::stage::{self, Kind};

/// How many characters a text has: at least, and at most where there is a bound.
type Length = (usize, Option<usize>);

pub(super) fn check(outline: &Outline<'_>, report: &mut Report<'_>) {
    for pipeline in outline.layers.iter().flat_map(|layer| layer.args.iter().chain(&layer.result)) {
        // What stands on the two sides of a stage that may change the value is not one text.
        for stages in pipeline.stages.split(|stage| !matches!(stage.kind, Some(Kind::Presence | Kind::Check))) {
            let lengths: Vec<Length> = stages.iter().filter_map(|stage| stage::characters(&stage.written)).collect();
            for (stage, texts) in stages.iter().filter_map(|stage| Some((stage, contradiction(stage, &lengths)?))) {
                let span = pipeline.text.span_of(stage.written.range.clone());
                let message = format!("this matches only texts {texts}, which `len` refuses");
                report.warn(span, message, "no value passes both: widen `len`, or change the regular expression");
            }
        }
    }
}

/// The texts the stage matches, if a length rules them out.
fn contradiction(stage: &Stage<'_>, lengths: &[Length]) -> Option<String> {
    let regex = stage::pattern(&stage.written)?;
    let (least, most) = matched(&regex_syntax::parse(regex.as_str()).ok()?);
    let beyond = |bound: Option<usize>, length: usize| bound.is_some_and(|bound| length > bound);
    let is_apart = |length: &&Length| beyond(length.1, least) || beyond(most, length.0);
    lengths.iter().find(is_apart)?;
    Some(match most {
        Some(most) if most == least => format!("of exactly {most} characters"),
        Some(most) => format!("of {least} to {most} characters"),
        None => format!("of at least {least} characters"),
    })
}

/// How many characters the texts have in which the expression is found.
fn matched(hir: &Hir) -> Length {
    let (least, most) = length(hir);
    let properties = hir.properties();
    let is_whole =
        properties.look_set_prefix().contains(Look::Start) && properties.look_set_suffix().contains(Look::End);
    (least, most.filter(|_| is_whole))
}

/// How many characters the expression itself takes. The properties of the parser count bytes.
fn length(hir: &Hir) -> Length {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, Some(0)),
        HirKind::Literal(literal) => {
            let count = std::str::from_utf8(&literal.0).map_or(0, |text| text.chars().count());
            (count, Some(count))
        }
        HirKind::Class(Class::Unicode(_)) => (1, Some(1)),
        HirKind::Class(Class::Bytes(_)) => (0, None),
        HirKind::Capture(capture) => length(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = |length: usize, count: u32| length.saturating_mul(usize::try_from(count).unwrap_or(usize::MAX));
            let (least, most) = length(&repetition.sub);
            let most = match (most, repetition.max) {
                (Some(0), _) => Some(0),
                (Some(most), Some(max)) => Some(times(most, max)),
                _ => None,
            };
            (times(least, repetition.min), most)
        }
        HirKind::Concat(parts) => parts.iter().map(length).fold((0, Some(0)), |(least, most), part| {
            (least.saturating_add(part.0), most.zip(part.1).map(|(most, part)| most.saturating_add(part)))
        }),
        HirKind::Alternation(parts) => {
            let lengths: Vec<Length> = parts.iter().map(length).collect();
            let least = lengths.iter().map(|length| length.0).min().unwrap_or(0);
            let most = lengths.iter().map(|length| length.1).collect::<Option<Vec<usize>>>();
            (least, most.and_then(|most| most.into_iter().max()))
        }
    }
}
