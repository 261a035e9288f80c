//! Choices from a seed: `SplitMix64`, see <https://prng.di.unimi.it/splitmix64.c>.

use std::ops::Range;

/// A source of choices.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The source of a seed; other streams of the seed give other choices.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut chance = Self(seed);
        chance.0 = chance.number() ^ stream;
        chance
    }

    /// A source of its own, for another thread.
    pub fn split(&mut self) -> Self {
        Self(self.number())
    }

    /// A number of the range, which must not be empty.
    pub fn from(&mut self, range: Range<u64>) -> u64 {
        range.start + self.number() % (range.end - range.start)
    }

    /// Whether something happens that does so `times` out of `of` times.
    pub fn happens(&mut self, times: u64, of: u64) -> bool {
        self.from(0..of) < times
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
