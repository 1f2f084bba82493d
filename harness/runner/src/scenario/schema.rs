//! The published JSON Schema of scenario files, made from the grammar's tables.

use std::collections::BTreeSet;

use keyrig_ctap::ReasonClass;
use serde_json::{Map, Value, json};

use super::grammar::{Kind, Names, Shape};
use super::words::SCENARIO;

/// The JSON Schema (2020-12) of scenario files.
pub fn schema() -> Value {
    schema_of(&SCENARIO, "keyrig scenario")
}

/// The JSON Schema (2020-12) of any mapping of the grammar.
pub(crate) fn schema_of(shape: &'static Shape, title: &str) -> Value {
    let mut maker = Maker::default();
    let root = maker.shape(shape);
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": shape.doc,
    });
    if let (Value::Object(schema), Value::Object(root)) = (&mut schema, root) {
        schema.extend(root);
        schema.insert("$defs".into(), Value::Object(maker.definitions));
    }
    schema
}

#[derive(Default)]
struct Maker {
    definitions: Map<String, Value>,
    begun: BTreeSet<&'static str>,
}

impl Maker {
    fn shape(&mut self, shape: &'static Shape) -> Value {
        let required: Vec<&str> = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let mut schema = json!({
            "type": "object",
            "properties": self.properties(shape),
            "additionalProperties": false,
        });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }

    fn properties(&mut self, shape: &'static Shape) -> Map<String, Value> {
        let property = |key: &'static super::grammar::Key| {
            let mut schema = self.kind(key.kind);
            schema["description"] = key.doc.into();
            (key.name.to_owned(), schema)
        };
        shape.keys.iter().map(property).collect()
    }

    fn reference(&mut self, shape: &'static Shape, one_key: bool) -> Value {
        if self.begun.insert(shape.name) {
            let mut schema = self.shape(shape);
            schema["description"] = shape.doc.into();
            if one_key {
                schema["minProperties"] = 1.into();
                schema["maxProperties"] = 1.into();
            }
            self.definitions.insert(shape.name.to_owned(), schema);
        }
        json!({ "$ref": format!("#/$defs/{}", shape.name.replace(' ', "%20")) })
    }

    fn kind(&mut self, kind: Kind) -> Value {
        match kind {
            Kind::Text | Kind::Gestures => json!({"type": "string", "minLength": 1}),
            Kind::Flag => json!({"type": "boolean"}),
            Kind::Count => json!({"type": "integer", "minimum": 0}),
            Kind::Duration => json!({"type": "string", "pattern": "^[0-9]+[smhd]$"}),
            Kind::Day => json!({"type": "string", "format": "date"}),
            Kind::Hex => json!({"type": "string", "pattern": "^([0-9A-Fa-f]{2})+$"}),
            Kind::Aaguid => json!({"type": "string", "format": "uuid"}),
            Kind::Word(words) => json!({"enum": words}),
            Kind::WordOr(words, last) => {
                json!({"anyOf": [{"enum": words}, {"type": "string", "pattern": format!("^{last}\\(.+\\)$")}]})
            }
            Kind::Name(Names::Reason) => {
                json!({"enum": ReasonClass::ALL.iter().map(|class| class.as_str()).collect::<Vec<_>>()})
            }
            Kind::Name(_) => json!({"type": "string", "minLength": 1}),
            Kind::Condition => json!({"type": "string", "pattern": "^(options|target\\.(declares|can))\\."}),
            Kind::List(inner) => json!({"type": "array", "minItems": 1, "items": self.kind(*inner)}),
            Kind::OneOrMore(inner) => {
                let one = self.kind(*inner);
                json!({"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]})
            }
            Kind::Map(shape) => self.reference(shape, false),
            Kind::WordOrChoice(words, shape) => json!({"anyOf": [{"enum": words}, self.reference(shape, true)]}),
            Kind::Tamper => tamper(),
            Kind::Step(verbs, around) => self.step(verbs, around),
            Kind::Control => json!({"type": "object"}),
            Kind::Any => json!({}),
        }
    }

    fn step(&mut self, verbs: &'static Shape, around: &'static Shape) -> Value {
        let mut properties = self.properties(verbs);
        let names: Vec<Value> = verbs.keys.iter().map(|verb| json!({"required": [verb.name]})).collect();
        properties.extend(self.properties(around));
        json!({"type": "object", "properties": properties, "additionalProperties": false, "oneOf": names})
    }
}

fn tamper() -> Value {
    let ids: Vec<&str> = crate::tamper::all().iter().map(|tamper| tamper.id).collect();
    let with_argument = json!({
        "type": "object",
        "propertyNames": {"enum": ids},
        "minProperties": 1,
        "maxProperties": 1,
    });
    json!({"anyOf": [{"enum": ids}, with_argument]})
}
