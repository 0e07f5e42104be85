//! The OpenAPI document, made from the list of routes.

use std::sync::LazyLock;

use axum::routing::get;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{HttpMethod, Info, OpenApi, Paths, Required, ResponseBuilder};

use super::route::{In, Route};
use casevault_wire::problem::MEDIA_TYPE as PROBLEM;
use casevault_wire::request::HEADER;

/// The media type of encoded structures and of blobs.
const BINARY: &str = "application/octet-stream";

/// Routes that every server has: path, summary, answer.
const SHARED: [(&str, &str, &str); 5] = [
    ("/v1/server", "What the server says of itself.", "ServerInfo"),
    ("/v1/nonces", "Fresh nonces.", "NonceList"),
    ("/healthz", "Whether the process answers.", ""),
    ("/readyz", "Whether it wants requests.", ""),
    ("/metrics", "Metrics in the text format of Prometheus.", ""),
];

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: HttpMethod::Get,
        path: "/openapi.json",
        summary: "This document.",
        signed: false,
        body: "",
        answer: (200, "OpenAPI"),
        parameters: &[],
        handler: get(|| async { ([(CONTENT_TYPE, "application/json")], WRITTEN.clone()) }),
    }]
}

/// The document as it is sent: whoever asks for it a thousand times has it written once.
static WRITTEN: LazyLock<Bytes> = LazyLock::new(|| serde_json::to_vec(&document()).unwrap_or_default().into());

/// The document. Bodies are encodings of the structures that SPEC §7.4 defines under the names given here.
pub fn document() -> OpenApi {
    let mut paths = Paths::new();
    for (path, summary, answer) in SHARED {
        let operation = OperationBuilder::new().summary(Some(summary)).response("200", response(answer));
        paths.add_path_operation(path, vec![HttpMethod::Get], operation);
    }
    for route in super::routes() {
        paths.add_path_operation(route.path, vec![route.method.clone()], operation(&route));
    }
    OpenApi::new(Info::new("Casevault vault", "1"), paths)
}

fn operation(route: &Route) -> OperationBuilder {
    let (status, answer) = route.answer;
    let operation = OperationBuilder::new().summary(Some(route.summary)).response(status.to_string(), response(answer));
    let operation = operation.response("default", problem());
    let operation = if route.body.is_empty() { operation } else { operation.request_body(Some(body(route.body))) };
    let operation = path_names(route.path)
        .fold(operation, |operation, name| operation.parameter(parameter(name, ParameterIn::Path, Required::True)));
    let operation = route.parameters.iter().fold(operation, |operation, (place, name, required)| {
        let place = if *place == In::Query { ParameterIn::Query } else { ParameterIn::Header };
        operation.parameter(parameter(name, place, if *required { Required::True } else { Required::False }))
    });
    if route.signed { operation.parameter(parameter(HEADER, ParameterIn::Header, Required::True)) } else { operation }
}

fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn parameter(name: &str, place: ParameterIn, required: Required) -> ParameterBuilder {
    let schema = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(schema))
}

fn response(answer: &str) -> ResponseBuilder {
    let response = ResponseBuilder::new().description(if answer.is_empty() { "Done." } else { answer });
    if answer.is_empty() { response } else { response.content(BINARY, ContentBuilder::new().build()) }
}

fn problem() -> ResponseBuilder {
    ResponseBuilder::new().description("A problem of SPEC §9.").content(PROBLEM, ContentBuilder::new().build())
}

fn body(name: &str) -> utoipa::openapi::request_body::RequestBody {
    RequestBodyBuilder::new().description(Some(name)).content(BINARY, ContentBuilder::new().build()).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_lists_every_route_once_and_no_other() {
        let document = document();
        let mut routes: Vec<_> = super::super::routes().iter().map(|route| (route.path, route.method.clone())).collect();
        routes.extend(SHARED.map(|(path, ..)| (path, HttpMethod::Get)));
        for (path, method) in &routes {
            assert!(document.paths.get_path_operation(path, method.clone()).is_some(), "{path} is missing");
        }
        let json = serde_json::to_value(&document).unwrap();
        let listed: usize = json["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum();
        assert_eq!(listed, routes.len(), "an operation that is no route, or two routes in one");
    }
}
