//! The description of the API, made from the routes that are served.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::route::{Access, Route, routes};

/// The description of the API (OpenAPI 3.1).
pub fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes() {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method] = operation(&route, &mut generator);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "keyrig key",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Controls a virtual security key that is plugged into this machine.",
        },
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({"summary": route.summary, "responses": responses(route, generator)});
    if route.access == Access::Token {
        operation["security"] = json!([{"token": []}]);
    }
    let parameters = parameters(route);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = route.body {
        let schema: Schema = body(generator);
        operation["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name, place, required, kind| json!({"name": name, "in": place, "required": required, "schema": {"type": kind}});
    let mut parameters: Vec<Value> = in_path.map(|name| parameter(name, "path", true, "string")).collect();
    parameters.extend(route.queries.iter().map(|name| parameter(name, "query", false, "integer")));
    parameters
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let kind = if route.streams { "text/event-stream" } else { "application/json" };
    let schema: Value = route.answer.map_or_else(|| json!({}), |answer| answer(generator).to_value());
    responses.insert("200".to_owned(), json!({"description": "done", "content": {kind: {"schema": schema}}}));
    let mut refusals: Vec<u16> = route.refusals.to_vec();
    if route.body.is_some() {
        refusals.extend([400, 408, 413, 415]);
    }
    if route.access == Access::Token {
        refusals.extend([401, 410]);
    }
    refusals.sort_unstable();
    refusals.dedup();
    let schema = generator.subschema_for::<Problem>();
    for status in refusals {
        let refusal = json!({"description": "refused", "content": {"application/problem+json": {"schema": schema}}});
        responses.insert(status.to_string(), refusal);
    }
    responses.into()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs};

    use super::*;

    #[test]
    fn the_committed_openapi_document_is_the_one_that_is_served() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        let made = serde_json::to_string_pretty(&document()).expect("it is JSON") + "\n";
        if env::var_os("KEYRIG_GENERATE").is_some() {
            fs::write(&path, &made).expect("the file can be written");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == made, "{} is old: run `cargo xtask generate` and commit it", path.display());
    }
}
