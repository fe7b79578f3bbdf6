//! Seeds changed a little: what stands in for a fuzzer where none runs. The same seed gives the same input.

/// Signs and words of documents, rules, pipelines and JSON.
const WORDS: [&str; 48] = [
    "'",
    "\"",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ": ",
    ",",
    "|",
    "||",
    "&",
    "&&",
    "!",
    "==",
    "!=",
    "<",
    ">=",
    "=",
    "..",
    ".",
    "**",
    "[]",
    "-",
    "- ",
    "#",
    "\n",
    "\n  ",
    "\t",
    "é",
    "\u{301}",
    "𝄞",
    "\u{0}",
    "\u{feff}",
    "\\u0073",
    "1e999",
    "9007199254740993",
    "null",
    "not in",
    "contains",
    "matches",
    "exists(",
    "redact",
    "\"ssn\"",
    "%%",
];

/// One of the seeds after a few changes, the same for the same number.
#[must_use]
pub fn mutated(seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut random = Random(number);
    let mut bytes = random.one(seeds).cloned().unwrap_or_default();
    for _ in 0..=random.below(4) {
        change(&mut bytes, seeds, &mut random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = (at + random.below(9)).min(bytes.len());
    match random.below(8) {
        0 => bytes.truncate(at),
        1 => {
            let flipped = u8::try_from(random.below(8)).unwrap_or(0);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << flipped;
            }
        }
        2 => drop(bytes.drain(at..end)),
        3 => {
            let copied = bytes.get(at..end).unwrap_or_default().to_vec();
            bytes.splice(at..at, copied);
        }
        4 => {
            let other = random.one(seeds).map(Vec::as_slice).unwrap_or_default();
            let from = random.below(other.len() + 1);
            bytes.splice(at.., other.get(from..).unwrap_or_default().iter().copied());
        }
        _ => {
            let word = random.one(&WORDS).copied().unwrap_or_default();
            bytes.splice(at..if random.below(2) == 0 { at } else { end }, word.bytes());
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let drawn = (mixed ^ (mixed >> 31)) % u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(drawn).unwrap_or(0)
    }

    fn one<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        from.get(self.below(from.len()))
    }
}
