//! The description of the HTTP API, made from the routes that are served.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::http::{Access, Answer, Route, routes as all_routes};

/// The description of the HTTP API (OpenAPI 3.1).
pub fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in all_routes() {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method] = operation(&route, &mut generator);
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Success".to_owned(), success());
    schemas.insert("Refusal".to_owned(), refusal());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "keyrig relying party",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The FIDO2 server conformance API, sessions, recoveries, administration and provisioning.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
                "admin": {"type": "http", "scheme": "bearer"},
            },
        },
    })
}

/// Where the description is served.
pub(crate) fn routes() -> Vec<Route> {
    let summary = "Describes this API.";
    vec![Route::get("/openapi.json", Access::Anybody, summary, || async { Answer::document(document()) })]
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({"summary": route.summary, "responses": responses(route)});
    match route.access {
        Access::Anybody => {}
        Access::Session => operation["security"] = json!([{"session": []}, {}]),
        Access::Admin => operation["security"] = json!([{"admin": []}]),
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
    let parameter =
        |name, place, required| json!({"name": name, "in": place, "required": required, "schema": {"type": "string"}});
    let mut parameters: Vec<Value> = in_path.map(|name| parameter(name, "path", true)).collect();
    parameters.extend(route.about.then(|| parameter("username", "query", false)));
    parameters
}

fn responses(route: &Route) -> Value {
    let mut responses = Map::new();
    let members: Map<String, Value> = route.members.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
    let schema = json!({"allOf": [{"$ref": "#/components/schemas/Success"}, {"properties": members}]});
    let success = match route.success {
        204 => json!({"description": "done"}),
        _ => json!({"description": "done", "content": {"application/json": {"schema": schema}}}),
    };
    responses.insert(route.success.to_string(), success);
    let of_bodies: &[u16] = if route.body.is_some() { &[400, 408, 413, 415] } else { &[] };
    for status in of_bodies.iter().chain(route.refusals) {
        let schema = json!({"$ref": "#/components/schemas/Refusal"});
        let refusal = json!({"description": "refused", "content": {"application/json": {"schema": schema}}});
        responses.insert(status.to_string(), refusal);
    }
    responses.into()
}

fn success() -> Value {
    json!({
        "type": "object",
        "required": ["status", "errorMessage"],
        "properties": {"status": {"const": "ok"}, "errorMessage": {"const": ""}},
    })
}

fn refusal() -> Value {
    json!({
        "type": "object",
        "required": ["status", "errorMessage", "reason", "reasons", "class"],
        "properties": {
            "status": {"const": "failed"},
            "errorMessage": {"description": "For people.", "type": "string", "minLength": 1},
            "reason": {"description": "In snake_case; it may name the tier.", "type": "string", "pattern": "^[a-z0-9_]+$"},
            "reasons": {"description": "All of them, the reason first.", "type": "array", "items": {"type": "string"}},
            "class": {"enum": keyrig_ctap::ReasonClass::ALL},
            "step": {"description": "What demands it: text, section, first words.", "type": "string"},
        },
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_committed_description_is_the_one_that_is_served() {
        crate::generated::check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json"), &document());
    }
}
