//! `match` on constants.

use ruff_python_ast::{MatchCase, Pattern, Singleton, StmtMatch};
use ruff_text_size::{Ranged, TextRange};

use super::{
    Id, Lowered, Lowering, Reported, Value,
    statements::{Path, Rest},
};

impl<'a> Lowering<'a> {
    /// A `match` that returns on some path.
    pub(super) fn match_branching(&mut self, statement: &'a StmtMatch, rest: &Rest<'_, 'a>) -> Lowered {
        let subject = self.expression(&statement.subject)?;
        self.case_branches(statement.range, subject, &statement.cases, rest)
    }

    fn case_branches(
        &mut self,
        place: TextRange,
        subject: Id,
        cases: &'a [MatchCase],
        rest: &Rest<'_, 'a>,
    ) -> Lowered {
        let Some((case, others)) = cases.split_first() else { return self.statements(&[], rest) };
        let condition = self.matches(subject, case)?;
        // The last case takes everything that is left.
        if self.graph.as_boolean(condition) == Some(true) {
            return self.statements(&case.body, rest);
        }
        let names = self.names.clone();
        let (a, b) = self.either(
            condition,
            |this| this.statements(&case.body, rest),
            |this| {
                this.names = names;
                this.nested(place, |this| this.case_branches(place, subject, others, rest))
            },
        )?;
        self.choose(place, condition, a, b)
    }

    /// A `match` behind which all paths go on or raise.
    pub(super) fn match_statement(&mut self, statement: &'a StmtMatch) -> Result<Path, Reported> {
        let subject = self.expression(&statement.subject)?;
        self.case_merge(statement.range, subject, &statement.cases)
    }

    fn case_merge(
        &mut self,
        place: TextRange,
        subject: Id,
        cases: &'a [MatchCase],
    ) -> Result<Path, Reported> {
        let Some((case, others)) = cases.split_first() else { return Ok(Path::GoesOn) };
        let condition = self.matches(subject, case)?;
        self.merged(
            condition,
            |this| this.execute_all(&case.body),
            |this| this.nested(place, |this| this.case_merge(place, subject, others)),
        )
    }

    /// Whether a case is taken; its names are bound.
    fn matches(&mut self, subject: Id, case: &'a MatchCase) -> Lowered {
        let condition = self.pattern(subject, &case.pattern)?;
        let Some(guard) = &case.guard else { return Ok(condition) };
        let (guard, failure) =
            self.isolated(|this| this.assuming(condition, true, |this| this.condition(guard)));
        let guard = guard?;
        let nothing = self.graph.null();
        let failure = self.graph.if_else(condition, failure, nothing);
        self.fail(failure);
        Ok(self.graph.and(condition, guard))
    }

    fn pattern(&mut self, subject: Id, pattern: &'a Pattern) -> Lowered {
        let place = pattern.range();
        match pattern {
            Pattern::MatchValue(value) => {
                let wanted = self.expression(&value.value)?;
                self.equal(place, subject, wanted)
            }
            Pattern::MatchSingleton(single) => match single.value {
                Singleton::None => Ok(self.graph.is_nothing(subject)),
                Singleton::True | Singleton::False => {
                    Err(self.refuse(place, "a truth constant as a pattern", "Use `if`."))
                }
            },
            Pattern::MatchOr(alternatives) => {
                let mut found = self.graph.boolean(false);
                for pattern in &alternatives.patterns {
                    let matches = self.pattern(subject, pattern)?;
                    found = self.graph.or(found, matches);
                }
                Ok(found)
            }
            Pattern::MatchAs(pattern) => {
                let matches = match &pattern.pattern {
                    Some(inner) => self.pattern(subject, inner)?,
                    None => self.graph.boolean(true),
                };
                if let Some(name) = &pattern.name {
                    if pattern.pattern.is_some() {
                        return Err(self.refuse(
                            place,
                            "`as` in a pattern",
                            "Use the value that is matched.",
                        ));
                    }
                    self.names.insert(name.to_string(), Value::Node(subject));
                }
                Ok(matches)
            }
            _ => Err(self.refuse(place, "this pattern", "Match constants, `|` and `_`.")),
        }
    }
}
