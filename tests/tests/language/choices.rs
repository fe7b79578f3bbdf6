//! Where generators draw from, and how a case that fails is made small.
//!
//! A generator is a function of a list of numbers. A seed gives the numbers of a random case; fewer and smaller numbers
//! give a smaller case, so every generator shrinks without knowing how.

/// The numbers a case is made of: those of a script, then those of a seed, then zeros.
pub(super) struct Choices {
    script: Vec<u64>,
    at: usize,
    random: Option<u64>,
}

impl Choices {
    /// Random choices, the same for the same seed.
    pub(super) const fn of_seed(seed: u64) -> Self {
        Self { script: Vec::new(), at: 0, random: Some(seed) }
    }

    /// The choices of a script; past its end each is the first.
    pub(super) fn replay(script: &[u64]) -> Self {
        Self { script: script.to_vec(), at: 0, random: None }
    }

    /// A number below `end`. Zero is the simplest.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        let drawn = match (self.script.get(self.at), &mut self.random) {
            (Some(scripted), _) => scripted % end,
            (None, Some(state)) => split_mix(state) % end,
            (None, None) => 0,
        };
        if self.at == self.script.len() {
            self.script.push(drawn);
        }
        self.at += 1;
        usize::try_from(drawn).unwrap_or(0)
    }

    /// Yes once in so many times. No is the simpler.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) + 1 == times
    }

    /// One of several; the first is the simplest.
    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// One of several, every second time among the first four.
    pub(super) fn pick_early<T: Clone>(&mut self, from: &[T]) -> T {
        let end = if self.once_in(2) { from.len() } else { from.len().min(4) };
        from[self.below(end)].clone()
    }

    /// So many things at most, at least `least`.
    pub(super) fn several<T>(&mut self, least: usize, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| make(self)).collect()
    }

    /// What was drawn so far.
    pub(super) fn drawn(mut self) -> Vec<u64> {
        self.script.truncate(self.at);
        self.script
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and good enough to choose test cases.
const fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A shorter or smaller script that fails as well.
pub(super) fn shrink(mut script: Vec<u64>, mut fails: impl FnMut(&[u64]) -> bool) -> Vec<u64> {
    const TRIES: usize = 3_000;
    let mut left = TRIES;
    let mut attempt = |candidate: &[u64], left: &mut usize| {
        *left = left.saturating_sub(1);
        *left > 0 && fails(candidate)
    };
    loop {
        let before = script.clone();
        for width in [64, 16, 8, 4, 2, 1] {
            let mut at = script.len().saturating_sub(width);
            while left > 0 {
                let mut candidate = script.clone();
                candidate.drain(at..(at + width).min(script.len()));
                if candidate.len() < script.len() && attempt(&candidate, &mut left) {
                    script = candidate;
                }
                if at == 0 {
                    break;
                }
                at = at.saturating_sub(width);
            }
        }
        for at in 0..script.len() {
            for smaller in [0, script[at] / 2, script[at].saturating_sub(1)] {
                let mut candidate = script.clone();
                candidate[at] = smaller;
                if smaller < script[at] && attempt(&candidate, &mut left) {
                    script = candidate;
                    break;
                }
            }
        }
        if script == before || left == 0 {
            return script;
        }
    }
}

#[test]
fn a_failing_script_shrinks_to_what_makes_it_fail() {
    let script: Vec<u64> = (0..200).map(|number| number % 23).collect();
    let holds_two_large = |script: &[u64]| script.iter().filter(|number| **number > 9).count() >= 2;
    assert_eq!(shrink(script, holds_two_large), [10, 10]);
}

#[test]
fn a_replay_makes_the_same_choices() {
    let draw = |choices: &mut Choices| (0..40).map(|end| choices.below(end + 1)).collect::<Vec<_>>();
    let mut random = Choices::of_seed(7);
    let first = draw(&mut random);
    let script = random.drawn();
    assert_eq!(draw(&mut Choices::replay(&script)), first);
    assert_ne!(draw(&mut Choices::of_seed(8)), first);
}
