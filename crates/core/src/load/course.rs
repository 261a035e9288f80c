//! What people have said about loads: whether they go on, and how fast they may.
//!
//! It holds for every load of the project, those that are still to come included, and over restarts,
//! until somebody says otherwise. There is one for a project: whoever pauses a load wants the machine
//! for something else, and the next load would take it just the same.

use std::{collections::BTreeSet, fmt, num::NonZeroU64, str::FromStr};

use serde::{Deserialize, Serialize};

/// What was said last. The stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    format: u32,
    /// Whether loads go on.
    pub motion: Motion,
    /// How fast.
    pub max_rate: MaxRate,
    /// The numbers of loads that are taken as they are, although what they brought differs from what the
    /// migration makes of their source.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accepted: BTreeSet<u64>,
}

/// Whether loads go on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// They do.
    #[default]
    Going,
    /// None takes another step.
    Paused,
}

/// How fast loads may be, in rows of the source each second, on average.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxRate {
    /// As the configuration of the project says.
    #[default]
    Config,
    /// As fast as they can, whatever the configuration says.
    None,
    /// So many, whatever the configuration says.
    Rows(NonZeroU64),
}

/// What somebody wants of the loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// No load takes another step.
    Pause,
    /// Loads go on, at another rate if one is given.
    Resume {
        /// The rate.
        max_rate: Option<MaxRate>,
    },
    /// A load that differs from what it should have brought is taken as it is.
    Accept {
        /// The number of the load.
        load: u64,
    },
}

impl Course {
    /// The version of the stored form.
    pub const FORMAT: u32 = 1;

    /// What holds once somebody has said this.
    #[must_use]
    pub fn after(mut self, order: Order) -> Self {
        match order {
            Order::Pause => Self { motion: Motion::Paused, ..self },
            Order::Resume { max_rate } => {
                Self { motion: Motion::Going, max_rate: max_rate.unwrap_or(self.max_rate), ..self }
            }
            Order::Accept { load } => {
                self.accepted.insert(load);
                self
            }
        }
    }
}

impl Default for Course {
    fn default() -> Self {
        Self {
            format: Self::FORMAT,
            motion: Motion::default(),
            max_rate: MaxRate::default(),
            accepted: BTreeSet::new(),
        }
    }
}

impl MaxRate {
    /// The limit, if there is one, where the configuration says this.
    pub fn limit(self, configured: Option<NonZeroU64>) -> Option<NonZeroU64> {
        match self {
            Self::Config => configured,
            Self::None => None,
            Self::Rows(rows) => Some(rows),
        }
    }
}

/// A text is no rate.
#[derive(Debug, thiserror::Error)]
#[error("expected rows per second, such as 50000, or `none`, or `config` for what the configuration says")]
pub struct MaxRateError;

impl FromStr for MaxRate {
    type Err = MaxRateError;

    fn from_str(text: &str) -> Result<Self, MaxRateError> {
        match text {
            "config" => Ok(Self::Config),
            "none" => Ok(Self::None),
            rows => rows.parse().map(Self::Rows).map_err(|_| MaxRateError),
        }
    }
}

impl fmt::Display for MaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config => f.write_str("config"),
            Self::None => f.write_str("none"),
            Self::Rows(rows) => rows.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_stays_until_another_is_given() {
        let slow: MaxRate = "500".parse().unwrap();
        let course = Course::default().after(Order::Resume { max_rate: Some(slow) }).after(Order::Pause);
        assert_eq!((course.motion, course.max_rate), (Motion::Paused, slow));
        let course = course.after(Order::Resume { max_rate: None });
        assert_eq!((course.motion, course.max_rate), (Motion::Going, slow));
        let course = course.after(Order::Resume { max_rate: Some(MaxRate::Config) });
        assert_eq!(course, Course::default());
    }

    #[test]
    fn the_configuration_counts_where_nobody_has_said_otherwise() {
        let rows = NonZeroU64::new;
        for (text, configured, limit) in [
            ("config", rows(7), rows(7)),
            ("config", None, None),
            ("none", rows(7), None),
            ("500", rows(7), rows(500)),
        ] {
            let rate: MaxRate = text.parse().unwrap();
            assert_eq!((rate.to_string().as_str(), rate.limit(configured)), (text, limit));
        }
        for wrong in ["", "0", "-1", "fast", "1k"] {
            assert!(wrong.parse::<MaxRate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_stored_form_is_read_back() {
        let course = Course::default().after(Order::Resume { max_rate: Some("9".parse().unwrap()) });
        let stored = serde_json::to_string(&course).unwrap();
        assert_eq!(stored, r#"{"format":1,"motion":"going","max_rate":{"rows":9}}"#);
        assert_eq!(serde_json::from_str::<Course>(&stored).unwrap(), course);
        let course = course.after(Order::Accept { load: 3 });
        let stored = serde_json::to_string(&course).unwrap();
        assert_eq!(stored, r#"{"format":1,"motion":"going","max_rate":{"rows":9},"accepted":[3]}"#);
        assert_eq!(serde_json::from_str::<Course>(&stored).unwrap(), course);
    }
}
