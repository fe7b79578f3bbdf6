//! The subject of an operation as the principal of a request: `User::"<subject.id>"` with those of its attributes that a
//! policy can look at.

use cedar_policy::{EntityTypeName, EntityUid, RestrictedExpression};
use cpex_sdk::engine::AttributeReader;
use serde_json::Value as Json;

use crate::mentions::Mentions;
use crate::schema::CheckedSchema;
use crate::value::{Misfit, convert, uid};

/// The type of a subject.
const TYPE: &str = "User";

/// The attributes of a subject, each with what policy calls it.
const ATTRIBUTES: [(&str, &str); 4] = [
    ("roles", "subject.roles"),
    ("permissions", "subject.permissions"),
    ("teams", "subject.teams"),
    ("tenant", "subject.tenant"),
];

/// The attribute that holds the claims.
const CLAIMS: &str = "claims";

/// How a subject becomes a principal.
#[derive(Debug)]
pub(crate) struct Subject {
    of: EntityTypeName,
    attributes: Vec<(&'static str, &'static str)>,
    /// The claims by name; none where nothing looks at them.
    claims: Option<Vec<String>>,
}

impl Subject {
    /// The type of a subject.
    pub(crate) fn type_name() -> Option<EntityTypeName> {
        TYPE.parse().ok()
    }

    /// What of a subject policies can look at, or the schema asks for.
    ///
    /// # Errors
    /// When no subject could be what is asked for.
    pub(crate) fn of(of: EntityTypeName, mentions: &Mentions, schema: Option<&CheckedSchema>) -> Result<Self, String> {
        let is_mentioned = |name: &str| mentions.attributes.contains(name);
        let Some(schema) = schema else {
            if mentions.all_claims {
                return Err(
                    "a policy takes `claims` as a whole; let it name the claim, as in `principal.claims.department`"
                        .to_owned(),
                );
            }
            let attributes = ATTRIBUTES.into_iter().filter(|(name, _)| is_mentioned(name)).collect();
            let claims = is_mentioned(CLAIMS).then(|| mentions.claims.iter().cloned().collect());
            return Ok(Self { of, attributes, claims });
        };
        let declared = schema.attributes(&of);
        let has = |name: &str| name == CLAIMS || ATTRIBUTES.iter().any(|(known, _)| *known == name);
        if let Some((name, _)) = declared.iter().find(|(name, attribute)| attribute.is_required && !has(name)) {
            return Err(format!(
                "the schema wants `{name}` of a `{TYPE}`, which no subject has; write a `principal`, or `{name}?`"
            ));
        }
        let is_read =
            |name: &str| declared.get(name).is_some_and(|attribute| attribute.is_required || is_mentioned(name));
        let claims = declared.get(CLAIMS).filter(|_| is_read(CLAIMS)).map(|claims| {
            let members = schema.record(*claims).into_iter();
            let is_read = |(name, is_required): &(String, bool)| {
                *is_required || mentions.all_claims || mentions.claims.contains(name)
            };
            members.filter(is_read).map(|(name, _)| name).collect()
        });
        let attributes = ATTRIBUTES.into_iter().filter(|(name, _)| is_read(name)).collect();
        Ok(Self { of, attributes, claims })
    }

    /// The paths it is read from, in the order [`Subject::fill`] reads them.
    pub(crate) fn reads(&self) -> Vec<String> {
        let attributes = self.attributes.iter().map(|(_, path)| (*path).to_owned());
        let claims = self.claims.iter().flatten().map(|name| claim(name));
        ["subject.id".to_owned()].into_iter().chain(attributes).chain(claims).collect()
    }

    /// The principal of one operation.
    ///
    /// # Errors
    /// When the caller is anonymous, or a claim is nothing that Cedar has.
    pub(crate) fn fill(
        &self,
        reader: &dyn AttributeReader,
    ) -> Result<(EntityUid, Vec<(String, RestrictedExpression)>), String> {
        let id = reader.read(0);
        let id = id.as_ref().and_then(Json::as_str).ok_or("the caller is anonymous, and no principal")?;
        let mut index = 0;
        let mut next = |name: &str| {
            index += 1;
            let value = reader.read(index).filter(|value| !value.is_null());
            value.map(|value| Ok((name.to_owned(), convert(&value, 0)?))).transpose()
        };
        let read = self.attributes.iter().filter_map(|(name, _)| next(name).transpose());
        let mut attributes: Vec<_> = read.collect::<Result<_, Misfit>>().map_err(|misfit| misfit.to_string())?;
        if let Some(names) = &self.claims {
            let below = |misfit: Misfit, name: &str| misfit.below(name).below("principal.claims").to_string();
            let mut claims = Vec::with_capacity(names.len());
            for name in names {
                claims.extend(next(name).map_err(|misfit| below(misfit, name))?);
            }
            let claims = RestrictedExpression::new_record(claims).map_err(|error| error.to_string())?;
            attributes.push((CLAIMS.to_owned(), claims));
        }
        Ok((uid(&self.of, id), attributes))
    }
}

/// The path of a claim, whatever its name.
fn claim(name: &str) -> String {
    format!("claim['{}']", name.replace('\\', r"\\").replace('\'', r"\'"))
}
