//! Outlines to models: what names refer to, what is a model, and the rules that models keep.
//!
//! Everything in `app/datamodels` that may be a model is resolved, with all that it uses; a
//! declaration is resolved once, so that what is wrong with it is reported once. A part of a type
//! that fails does not hide the rest of it.

mod configs;
mod derived;
mod generic;
mod intersection;
mod records;
mod types;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use antler_core::{
    diagnostic::{Code, Diagnostic},
    ingestion::Ingestion,
    names::{ModelName, SqlIdent},
    schema::{DataType, Field, Model, absent_decimals},
};

use super::{
    ParsedModel,
    lookup::{Files, Found, Place},
    outline::{Declaration, Kind, Outline, Refusal, Role, Span, Type},
};

/// The folder of models.
const FOLDER: &str = "app/datamodels/";

/// The models that the files declare, or everything that is wrong with them.
pub(super) fn models(outlines: &[Outline]) -> Result<BTreeMap<ModelName, ParsedModel>, Vec<Diagnostic>> {
    let mut resolver = Resolver::new(outlines);
    let (mut candidates, unread) = resolver.candidates();
    resolver.configure(&mut candidates);
    let models = resolver.models(candidates, unread);
    let mut problems = resolver.problems;
    if problems.is_empty() {
        return Ok(models);
    }
    problems.sort_by(|a, b| place_of(a).cmp(&place_of(b)));
    Err(problems)
}

fn is_in_folder(outline: &Outline) -> bool {
    outline.file.path.starts_with(FOLDER)
}

fn place_of(problem: &Diagnostic) -> (Option<&str>, Option<usize>) {
    let path = problem.source_file.as_ref().map(|file| file.path.as_str());
    (path, problem.labels.first().map(|label| label.span.start))
}

/// A resolved type.
#[derive(Debug, Clone)]
struct Value {
    data_type: DataType,
    null: bool,
    undefined: bool,
    key: bool,
}

/// A record that is a model if its table has something to be sorted by.
#[derive(Debug, Default)]
struct Candidate {
    fields: Vec<Field>,
    ingestion: Ingestion,
    order_by: Vec<SqlIdent>,
    /// Whether its configuration says, or may say, what its table is ordered by; or that nobody minds.
    has_order: bool,
}

impl Candidate {
    fn is_model(&self) -> bool {
        self.has_order || self.fields.iter().any(|field| field.key)
    }
}

/// Something that has been reported. It matters to the rule about keys whether one was meant.
#[derive(Debug, Clone, Copy)]
struct Reported {
    key: bool,
}

/// How far a declaration has been resolved.
enum State {
    Begun,
    Done(Result<Value, Reported>),
}

struct Resolver<'a> {
    outlines: &'a [Outline],
    files: Files<'a>,
    states: BTreeMap<Place<'a>, State>,
    /// What other declarations use.
    used: BTreeSet<Place<'a>>,
    /// What type parameters stand for.
    scope: BTreeMap<String, Value>,
    /// The declarations with type parameters that are being resolved.
    active: BTreeSet<Place<'a>>,
    /// How many types are being resolved.
    depth: u32,
    problems: Vec<Diagnostic>,
}

impl<'a> Resolver<'a> {
    fn new(outlines: &'a [Outline]) -> Self {
        let in_folder = outlines.iter().filter(|outline| is_in_folder(outline));
        let problems = in_folder.flat_map(|outline| outline.problems.clone()).collect();
        Self {
            outlines,
            files: Files::new(outlines),
            states: BTreeMap::new(),
            used: BTreeSet::new(),
            scope: BTreeMap::new(),
            active: BTreeSet::new(),
            depth: 0,
            problems,
        }
    }

    /// The records that may be models, and those that could not be read and have no key.
    fn candidates(&mut self) -> (BTreeMap<Place<'a>, Candidate>, Vec<Place<'a>>) {
        let (mut candidates, mut unread) = (BTreeMap::new(), Vec::new());
        for (file, outline) in self.outlines.iter().enumerate() {
            if outline.is_broken() || !is_in_folder(outline) {
                continue;
            }
            for (name, declaration) in &outline.declarations {
                if !self.may_be_model(file, declaration) {
                    continue;
                }
                let place = (file, name.as_str());
                match self.declaration(place) {
                    Ok(Value { data_type: DataType::Object(fields), .. }) => {
                        candidates.insert(place, Candidate { fields, ..Candidate::default() });
                    }
                    Err(Reported { key: false }) => unread.push(place),
                    Ok(_) | Err(Reported { key: true }) => {}
                }
            }
        }
        (candidates, unread)
    }

    /// The records that are models.
    fn models(
        &mut self,
        candidates: BTreeMap<Place<'a>, Candidate>,
        unread: Vec<Place<'a>>,
    ) -> BTreeMap<ModelName, ParsedModel> {
        let mut unsorted = unread;
        let mut models: BTreeMap<ModelName, ParsedModel> = BTreeMap::new();
        for (place, candidate) in candidates {
            let Some((outline, declaration)) = self.files.outline(place.0).zip(self.files.declaration(place))
            else {
                continue;
            };
            if !candidate.is_model() {
                unsorted.push(place);
                continue;
            }
            let Candidate { fields, ingestion, order_by, has_order: _ } = candidate;
            let span = declaration.name_span.clone();
            let Some(name) = self.model_name(place.0, place.1, &span) else { continue };
            if let Some(field) = absent_decimals(&fields) {
                let message = format!("`{}` has a list of decimal numbers that may be absent", field.name);
                self.problems.push(
                    Diagnostic::error(Code::UnsupportedType, message)
                        .with_label(&outline.file, span, "in this model")
                        .with_help(
                            "Let the list always be there: it may be empty. The database reads no others.",
                        ),
                );
                continue;
            }
            let model = Model { name: name.clone(), fields, order_by };
            let parsed = ParsedModel { model, ingestion, file: Arc::clone(&outline.file), span };
            if let Some(first) = models.get(&name) {
                self.problems.push(duplicate(first, &parsed));
            } else {
                models.insert(name, parsed);
            }
        }
        self.report_missing_keys(&unsorted);
        models
    }

    fn may_be_model(&self, file: usize, declaration: &Declaration) -> bool {
        match (declaration.role, &declaration.of.kind) {
            (Role::Candidate, _) => true,
            (Role::Applied, Kind::Named { path, .. }) => {
                matches!(self.files.find(file, path), Found::Declaration(_))
            }
            (Role::Heir, _) => self.is_heir(file, declaration, &mut BTreeSet::new()),
            (Role::Applied | Role::Part, _) => false,
        }
    }

    /// Whether a class inherits from one whose heirs are records.
    fn is_heir(&self, file: usize, declaration: &Declaration, seen: &mut BTreeSet<Place<'a>>) -> bool {
        let Kind::Record(record) = &declaration.of.kind else { return false };
        record.bases.iter().any(|base| {
            let Kind::Named { path, .. } = &base.kind else { return false };
            let Found::Declaration(place) = self.files.find(file, path) else { return false };
            let Some(base) = self.files.declaration(place) else { return false };
            match (base.role, &base.of.kind) {
                (Role::Heir, _) => seen.insert(place) && self.is_heir(place.0, base, seen),
                (_, Kind::Record(record)) => record.breeds,
                (_, _) => false,
            }
        })
    }

    /// Records without a sorting key that no other type uses were meant to be models.
    fn report_missing_keys(&mut self, records: &[Place<'a>]) {
        // A file that could not be read may be the one that uses them.
        if self.problems.iter().any(|problem| problem.code == Code::Syntax) {
            return;
        }
        for place in records {
            let Some((outline, declaration)) =
                self.files.outline(place.0).zip(self.files.declaration(*place))
            else {
                continue;
            };
            let has_fields = match &declaration.of.kind {
                Kind::Record(record) => !record.members.is_empty() || !record.bases.is_empty(),
                _ => true,
            };
            if has_fields && !self.used.contains(place) {
                let name = place.1;
                self.problems.push(
                    Diagnostic::error(Code::NoKey, format!("the model `{name}` has no key"))
                        .with_label(
                            &outline.file,
                            declaration.name_span.clone(),
                            format!("none of its fields is {}", outline.language.key_mark()),
                        )
                        .with_help(outline.language.key_help(name)),
                );
            }
        }
    }

    fn model_name(&mut self, file: usize, name: &str, span: &Span) -> Option<ModelName> {
        let outline = self.files.outline(file)?;
        match name.parse::<ModelName>() {
            Ok(name) => Some(name),
            Err(_) => {
                self.problems.push(
                    Diagnostic::error(Code::ModelName, format!("`{name}` cannot name a model"))
                        .with_label(&outline.file, span.clone(), "tables, topics and endpoints are named after it")
                        .with_help("Use letters, digits and underscores, beginning with a letter or an underscore: at most 80, where a letter outside of a to z counts for three times its bytes in UTF-8."),
                );
                None
            }
        }
    }

    /// Resolves a declaration, once.
    fn declaration(&mut self, place: Place<'a>) -> Result<Value, Reported> {
        if let Some(State::Done(result)) = self.states.get(&place) {
            return result.clone();
        }
        let Some(declaration) = self.files.declaration(place) else { return Err(Reported { key: false }) };
        debug_assert!(declaration.parameters.is_empty());
        self.states.insert(place, State::Begun);
        // What type parameters stand for is of no concern to another declaration.
        let around = std::mem::take(&mut self.scope);
        let result = self.body(place);
        self.scope = around;
        self.states.insert(place, State::Done(result.clone()));
        result
    }

    /// The value of a declaration of the project, used by another. Its keys are kept.
    fn reference(
        &mut self,
        file: usize,
        of: &Type,
        shown: &str,
        place: Place<'a>,
    ) -> Result<Value, Reported> {
        self.used.insert(place);
        if matches!(self.states.get(&place), Some(State::Begun)) {
            return Err(self.contains_itself(file, of, shown));
        }
        self.declaration(place)
    }

    /// Reports a file outside the folder of models that a model turned out to need.
    fn report_file(&mut self, file: usize) {
        let Some(outline) = self.files.outline(file) else { return };
        for problem in &outline.problems {
            if !self.problems.contains(problem) {
                self.problems.push(problem.clone());
            }
        }
    }

    /// Adds a problem. What is wrong with a type that is used twice is wrong once.
    fn report(&mut self, problem: Diagnostic) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn refuse(&mut self, file: usize, refusal: Refusal) -> Reported {
        if let Some(outline) = self.files.outline(file) {
            let label = outline.here(&refusal.span);
            let problem = Diagnostic::error(Code::UnsupportedType, refusal.message)
                .with_label(&outline.file, refusal.span, label)
                .with_help(refusal.help);
            self.report(problem);
        }
        Reported { key: false }
    }
}

impl Reported {
    /// Adds a failure to those before it.
    fn add(self, before: &mut Option<Self>) {
        *before = Some(Self { key: self.key || before.is_some_and(|before| before.key) });
    }
}

impl Value {
    fn plain(data_type: DataType) -> Self {
        Self { data_type, null: false, undefined: false, key: false }
    }

    /// As the type of a field: the key of another model is an ordinary field there.
    fn without_keys(mut self) -> Self {
        if let DataType::Object(fields) = &mut self.data_type {
            for field in fields {
                field.key = false;
            }
        }
        self
    }
}

fn duplicate(first: &ParsedModel, second: &ParsedModel) -> Diagnostic {
    let name = &second.model.name;
    let two = |of: &ParsedModel, label: String| {
        Diagnostic::error(Code::DuplicateModel, format!("there are two models of the name `{name}`"))
            .with_label(&of.file, of.span.clone(), label)
    };
    let other = two(first, String::new()).location().unwrap_or_default();
    two(second, format!("the other one is at {other}"))
        .with_help("Rename one of them; each model has tables and endpoints of its own.")
}
