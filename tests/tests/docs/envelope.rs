//! The tables of `docs/envelope.md` are made from those of the code, and its frames are read.

use cpex::cmf::wire::{Encoding, Frame, Limits};
use cpex::cmf::{Capability, PartKind, Slot};

use super::page;

const PAGE: &str = "docs/envelope.md";

#[test]
fn the_tables_of_parts_and_slots_are_made_from_the_code() {
    let written = page::read(PAGE);
    let parts = [("parts", parts()), ("slots", slots())];
    let made = parts.iter().fold(written, |page, (name, table)| page::with_part(&page, name, table));
    page::expect_fresh(PAGE, &made);
}

#[test]
fn the_frames_of_the_page_are_read_and_written_as_they_stand() {
    let limits = Limits { bytes: 4096, depth: 16, parts: 4 };
    let frames: Vec<_> = page::all_blocks("json").into_iter().filter(|block| block.is("frame")).collect();
    assert!(!frames.is_empty());
    for block in frames {
        let read = Frame::decode(block.text.as_bytes(), Encoding::Json, limits);
        let frame = read.unwrap_or_else(|error| panic!("{}: {error}", block.place()));
        assert!(frame.clone().into_draft().is_ok(), "{}", block.place());
        let bytes = frame.encode(Encoding::MessagePack).unwrap();
        assert_eq!(Frame::decode(&bytes, Encoding::MessagePack, limits), Ok(frame), "{}", block.place());
    }
}

fn parts() -> String {
    let row = |kind: &PartKind| {
        let members: Vec<_> = kind.members().iter().map(|member| format!("`{member}`")).collect();
        [format!("`{}`", kind.name()), members.join(", "), kind.doc().to_owned()]
    };
    page::table(["part", "members", "what it is"], PartKind::KNOWN.iter().map(row))
}

fn slots() -> String {
    let named = |capability: &Capability| format!("`{}`", capability.name());
    let row = |slot: &Slot| {
        let reads: Vec<_> = slot.reads().iter().map(named).collect();
        let writes = slot.writes().as_ref().map(named).unwrap_or_default();
        [format!("`{}`", slot.name()), slot.tier().name().to_owned(), reads.join(", "), writes, slot.doc().to_owned()]
    };
    page::table(["slot", "tier", "read with", "changed with", "what it holds"], Slot::ALL.iter().map(row))
}
