//! Lines and columns of places in a body.
//!
//! A body may have millions of mistakes, so lines are counted on from the last one: all places
//! together cost one pass over the body.

/// A place in a body, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The byte, from zero.
    pub(super) offset: usize,
    /// The line, from one.
    pub(super) line: usize,
    /// The character of the line, from one.
    pub(super) column: usize,
}

/// The line that was counted last.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Its first byte.
    start: usize,
    /// How many lines are before it.
    before: usize,
}

impl Lines {
    /// The place of a byte of the body, which is on no earlier line than the one asked for before.
    pub(super) fn place(&mut self, body: &[u8], offset: usize) -> Place {
        let first = self.start;
        for newline in memchr::memchr_iter(b'\n', body.get(first..offset).unwrap_or_default()) {
            self.start = first + newline + 1;
            self.before += 1;
        }
        let line = body.get(self.start..offset).unwrap_or_default();
        let column = line.iter().filter(|byte| starts_character(**byte)).count() + 1;
        Place { offset, line: self.before + 1, column }
    }
}

fn starts_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_each_other_over_lines_and_within_them() {
        let body = "ab\n\néü!".as_bytes();
        let mut lines = Lines::default();
        let mut place = |offset| {
            let Place { line, column, .. } = lines.place(body, offset);
            (line, column)
        };
        assert_eq!(
            [0, 2, 3, 4, 6, 8, 9].map(&mut place),
            [(1, 1), (1, 3), (2, 1), (3, 1), (3, 2), (3, 3), (3, 4)]
        );
    }
}
