//! Both ways to run a migration against each other.

use antler_lang::migration::agreement;

use super::outcome::{Outcome, Outcomes};

/// What a comparison says of all rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Rows of which both ways make the same.
    pub equal: usize,
    /// Rows that say nothing: the compiled way has no exact value and says so, or the other took too long.
    pub silent: usize,
    /// Rows of which they make something else, by number.
    pub different: Vec<usize>,
    /// Why the database refuses to run one of the ways at all.
    pub refused: Option<String>,
}

/// Compares what was compiled with what is called.
pub fn compare(compiled: &Outcomes, called: &Outcomes) -> Comparison {
    let (compiled, called) = match (compiled, called) {
        (Ok(compiled), Ok(called)) => (compiled, called),
        (Err(reason), _) | (_, Err(reason)) => {
            return Comparison { refused: Some(reason.clone()), ..Comparison::default() };
        }
    };
    let mut comparison = Comparison::default();
    for (row, (compiled, called)) in compiled.iter().zip(called).enumerate() {
        match judge(compiled, called) {
            Verdict::Equal => comparison.equal += 1,
            Verdict::Silent => comparison.silent += 1,
            Verdict::Different => comparison.different.push(row),
        }
    }
    comparison
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Equal,
    Silent,
    Different,
}

fn judge(compiled: &Outcome, called: &Outcome) -> Verdict {
    match (&compiled.reason, &called.reason) {
        (Some(reason), _) if agreement::is_limit(reason) => Verdict::Silent,
        (_, Some(reason)) if agreement::is_over_the_limit(reason) => Verdict::Silent,
        (Some(compiled), Some(called)) if agreement::is_same_failure(compiled, called) => Verdict::Equal,
        (None, None) if compiled.stored == called.stored => Verdict::Equal,
        _ => Verdict::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(value: &str) -> Outcome {
        Outcome { stored: vec![vec![value.to_owned()]], reason: None }
    }

    fn failed(reason: &str) -> Outcome {
        Outcome { stored: Vec::new(), reason: Some(reason.to_owned()) }
    }

    #[test]
    fn values_are_compared_as_their_texts_and_a_limit_says_nothing() {
        assert_eq!(judge(&stored("0"), &stored("0")), Verdict::Equal);
        assert_eq!(judge(&stored("0"), &stored("-0")), Verdict::Different);
        assert_eq!(judge(&stored("0"), &Outcome::default()), Verdict::Different);
        assert_eq!(judge(&failed("no code"), &failed("no code")), Verdict::Equal);
        assert_eq!(judge(&failed("no code"), &failed("no name")), Verdict::Different);
        assert_eq!(judge(&failed("`x` does not fit into 64 bits"), &stored("1")), Verdict::Silent);
        assert_eq!(judge(&stored("1"), &failed("the migration took longer than 1 s")), Verdict::Silent);
    }

    #[test]
    fn a_way_that_the_database_refuses_is_no_agreement() {
        let comparison = compare(&Err("Code: 43".to_owned()), &Ok(Vec::new()));
        assert_eq!(comparison.refused.as_deref(), Some("Code: 43"));
    }
}
