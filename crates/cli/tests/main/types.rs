//! What `antler init` and `antler generate migrations` write, seen by the TypeScript compiler.

use crate::sandbox::{Sandbox, repository};

const MODELS: &str = "app/datamodels/models.ts";
const DRAFT: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";

/// Runs the compiler and returns its complaints.
fn complaints(sandbox: &Sandbox) -> String {
    let compiler = repository("tests/oracle").join("node_modules/typescript/bin/tsc");
    assert!(compiler.exists(), "the TypeScript compiler is not there; run: npm ci --prefix tests/oracle");
    let output =
        sandbox.command("node").arg(compiler).args(["--project", ".", "--pretty", "false"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.success(), text.is_empty(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn a_new_project_type_checks_without_installing_anything() {
    let sandbox = Sandbox::project();
    assert_eq!(complaints(&sandbox), "");
    sandbox.edit(MODELS, "import type { Key } from \"antler\"", "import { Key } from \"@514labs/moose-lib\"");
    assert_eq!(complaints(&sandbox), "");
    sandbox.edit(MODELS, "Key<string>", "Kee<string>");
    assert!(complaints(&sandbox).contains("Cannot find name 'Kee'"));
}

#[test]
fn a_configured_model_type_checks_and_a_wrong_setting_does_not() {
    let sandbox = Sandbox::project();
    for module in ["antler", "@514labs/moose-lib"] {
        let models = format!(
            "import {{ DataModelConfig, IngestionFormat, Key }} from \"{module}\";\n\
             export interface Event {{ id: Key<string>; at: Date }}\n\
             export const EventConfig: DataModelConfig<Event> = {{\n\
             \u{20} ingestion: {{ format: IngestionFormat.JSON_ARRAY, unknownFields: \"refuse\" }},\n\
             \u{20} storage: {{ enabled: true, order_by_fields: [\"id\", \"at\"] }},\n\
             \u{20} parallelism: 2,\n}};\n"
        );
        sandbox.write(MODELS, &models);
        assert_eq!(complaints(&sandbox), "");
        assert_eq!(sandbox.antler(&["generate", "migrations"]).lines().next(), Some("exit 0"));
        assert!(sandbox.read(".antler/versions/0_0.ts").contains("interface Event"));
        assert_eq!(complaints(&sandbox), "", "with the types of the version beside it");
        for wrong in ["\"drip\"", "true"] {
            sandbox.write(MODELS, models.replace("\"refuse\"", wrong));
            let complaints = complaints(&sandbox);
            assert!(complaints.contains("is not assignable to type '\"drop\" | \"refuse\""), "{complaints}");
        }
    }
}

#[test]
fn precise_types_are_in_a_new_project_and_in_the_packages() {
    use antler_core::schema::Precise;
    let sandbox = Sandbox::project();
    let package = repository("packages/types").join("index");
    for module in ["antler", "@514labs/moose-lib", package.to_str().unwrap()] {
        let names: Vec<_> = Precise::NUMBERS.iter().map(Precise::to_string).collect();
        let fields: Vec<_> = names.iter().map(|name| format!("  of{name}: {name};\n")).collect();
        let values: Vec<_> = Precise::NUMBERS
            .iter()
            .map(|of| format!("  of{of}: {},\n", if of.is_double() { "1" } else { "1n" }))
            .collect();
        let models = format!(
            "import type {{ CalendarDate, Decimal, Int64, Key, LowCardinality, UUID, {} }} from {module:?};\n\
             export interface Event {{\n  id: Key<Int64>; uuid: UUID; day: CalendarDate; price: Decimal<10, 2>; country: LowCardinality;\n{}}}\n\
             const plain: Event = {{\n  id: 1n, uuid: '', day: '', price: '1.5', country: '',\n{}}};\n\
             const sum: number = plain.ofInt32 + plain.ofFloat32;\n",
            names.join(", "),
            fields.concat(),
            values.concat(),
        );
        sandbox.write(MODELS, &models);
        assert_eq!(complaints(&sandbox), "", "{module}");
        assert!(sandbox.antler(&["generate", "migrations"]).starts_with("exit 0"));
        assert_eq!(complaints(&sandbox), "", "with the types of the version beside it");
    }
    for template in
        ["packages/types-python/antler_types/__init__.py", "crates/cli/templates/python/antler.py"]
    {
        let text = std::fs::read_to_string(repository(template)).unwrap();
        for of in Precise::NUMBERS {
            let plain = if of == Precise::Float32 { "float" } else { "int" };
            let line = format!("\n{of} = Annotated[{plain}, \"{}\"]\n", of.to_string().to_lowercase());
            assert!(text.contains(&line), "{template}: {line}");
        }
    }
}

#[test]
fn the_types_of_a_python_project_can_be_imported_and_a_configured_model_runs() {
    let sandbox = Sandbox::empty();
    sandbox.antler(&["init", "my-app", "python"]);
    let models = "from dataclasses import dataclass\n\
        from antler import DataModelConfig, IngestionConfig, IngestionFormat, Key, moose_data_model\n\
        @moose_data_model(DataModelConfig(ingestion=IngestionConfig(format=IngestionFormat.JSON_ARRAY)))\n\
        @dataclass\nclass Event:\n    id: Key[str]\n\
        @moose_data_model\n@dataclass\nclass Other:\n    id: Key[str]\n\
        assert Event('a').id == Other('a').id\n";
    sandbox.write("my-app/app/datamodels/models.py", models);
    let run = sandbox
        .command("python3")
        .env("PYTHONPATH", sandbox.path("my-app"))
        .arg(sandbox.path("my-app/app/datamodels/models.py"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(sandbox.antler(&["-C", "my-app", "generate", "migrations"]).starts_with("exit 0"));
}

#[test]
fn a_draft_type_checks_once_its_holes_are_filled() {
    let sandbox = Sandbox::project();
    sandbox.antler(&["bump-version"]);
    sandbox.edit(
        MODELS,
        "export interface",
        "enum Device {\n  Phone = \"phone\",\n  Desk = \"desk\",\n}\n\nexport interface",
    );
    sandbox.edit(
        MODELS,
        "  activity: string;\n",
        "  activity: string;\n  country: string;\n  device: Device | null;\n",
    );
    let generated = sandbox.antler(&["generate", "migrations"]);
    assert!(generated.contains(DRAFT), "{generated}");
    let hole = complaints(&sandbox);
    assert!(hole.starts_with(DRAFT) && hole.contains("FILL_IN") && hole.lines().count() == 1, "{hole}");

    let draft = sandbox.read(DRAFT);
    let start = draft.find("FILL_IN(\"").unwrap();
    let end = start + draft[start..].find("\")").unwrap() + 2;
    sandbox.write(DRAFT, format!("{}\"XX\"{}", &draft[..start], &draft[end..]));
    assert_eq!(complaints(&sandbox), "");

    // The next version changes the same file; the migration to this one still means the same.
    sandbox.commit();
    sandbox.antler(&["bump-version"]);
    sandbox.edit(MODELS, "  country: string;\n", "");
    sandbox.edit(MODELS, "Desk = \"desk\"", "Desk = \"desktop\"");
    sandbox.antler(&["generate", "migrations"]);
    let complaints = complaints(&sandbox);
    assert!(!complaints.contains(DRAFT), "{complaints}");
}
