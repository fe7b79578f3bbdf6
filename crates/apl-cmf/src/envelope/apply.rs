//! Changing an envelope: the one place where the tier of a slot and the capabilities of a plugin are held.

use std::sync::Arc;

use super::Envelope;
use crate::change::{Author, Change, ChangeKind, Entry, ExtensionChange, LabelScope, Refused, Side};
use crate::credential::Minted;
use crate::extension;
use crate::phase::Grant;
use crate::reading::Reading;
use crate::slot::Slot;
use crate::{ContentPart, Elicitation, Message};

impl Envelope {
    /// Makes a change, if tier and capability allow it, and notes it; answers whether anything is different now.
    ///
    /// # Errors
    /// When the author may not make such a change; the envelope is then as before.
    pub fn apply(&mut self, author: &Author, change: Change<'_>) -> Result<bool, Refused> {
        self.admits(author, &change)?;
        match change {
            Change::Extension(ExtensionChange::Label(label, scope)) => self.add_label(author, label, scope),
            Change::Extension(change) => Ok(self.extend(author, change)),
            Change::Mint(minted) => Ok(self.mint(author, minted)),
            Change::Elicit(elicitation) => Ok(self.elicit(author, elicitation)),
            Change::Edit { side, path, edit } => {
                let changed = edit(&mut self.message_mut(side)?.content);
                Ok(self.noted(changed, author, side.slot(), path, ChangeKind::Modify))
            }
            Change::Replace { side, content } => self.replace(author, side, content),
        }
    }

    /// Makes several changes of one author: all of them, or none where one is refused.
    ///
    /// # Errors
    /// When the author may not make one of them; the envelope is then as before.
    pub fn apply_all(&mut self, author: &Author, changes: Vec<Change<'_>>) -> Result<bool, Refused> {
        changes.iter().try_for_each(|change| self.admits(author, change))?;
        changes.into_iter().try_fold(false, |changed, change| Ok(self.apply(author, change)? || changed))
    }

    /// Whether that author may make that change now.
    ///
    /// # Errors
    /// When the author may not.
    pub fn admits(&self, author: &Author, change: &Change<'_>) -> Result<(), Refused> {
        let slot = change.slot();
        let may = match (author, change) {
            (Author::Plugin(_, capabilities), Change::Extension(_)) => {
                slot.writes().is_some_and(|needed| capabilities.has(needed))
            }
            // Whether a plugin may change the payload is a matter of its mode.
            (Author::Plugin(..), Change::Edit { .. } | Change::Replace { .. }) => true,
            (Author::Plugin(..), Change::Mint(_) | Change::Elicit(_)) => false,
            (Author::Policy(_) | Author::Host(_) | Author::Runtime, Change::Extension(_)) => slot == Slot::Labels,
            (Author::Policy(_) | Author::Runtime, _) => true,
            (Author::Host(_), _) => false,
        };
        if may && self.is_possible(change) { Ok(()) } else { Err(Refused { slot }) }
    }

    /// Whether there is what a change is to be made of.
    fn is_possible(&self, change: &Change<'_>) -> bool {
        match change {
            Change::Extension(ExtensionChange::Label(_, LabelScope::Session)) => self.session_labels.is_some(),
            Change::Extension(change @ ExtensionChange::DelegatedToken(minted)) => {
                let free = self.credentials.as_ref().is_none_or(|held| held.is_free(&minted.header));
                free && extension::is_possible(change)
            }
            Change::Extension(change) => extension::is_possible(change),
            Change::Mint(minted) => minted.is_sendable(),
            Change::Elicit(_) => true,
            Change::Edit { side, .. } | Change::Replace { side, .. } => self.payload(*side).is_some(),
        }
    }

    fn add_label(&mut self, author: &Author, label: Arc<str>, scope: LabelScope) -> Result<bool, Refused> {
        let set = match scope {
            LabelScope::Session => self.session_labels.as_mut().ok_or(Refused { slot: Slot::Labels })?,
            LabelScope::Message => &mut self.message_labels,
        };
        if set.contains(&label) {
            return Ok(false);
        }
        *set = set.with(Arc::clone(&label));
        Ok(self.noted(true, author, Slot::Labels, label, ChangeKind::Append))
    }

    fn extend(&mut self, author: &Author, change: ExtensionChange) -> bool {
        let (slot, path, kind) = (change.slot(), change.path(), change.kind());
        let changed = match change {
            ExtensionChange::DelegatedToken(minted) => {
                Arc::make_mut(self.credentials.get_or_insert_default()).add(minted);
                true
            }
            change => extension::change(&mut self.slots, change),
        };
        self.noted(changed, author, slot, path, kind)
    }

    fn mint(&mut self, author: &Author, minted: Minted) -> bool {
        let audience = Arc::clone(&minted.audience);
        let permissions = minted.permissions.iter().cloned().collect();
        self.phase.grant = Some(Grant { audience: Arc::clone(&audience), permissions });
        Arc::make_mut(self.credentials.get_or_insert_default()).mint(minted);
        self.noted(true, author, Slot::Delegation, audience, ChangeKind::Append)
    }

    fn elicit(&mut self, author: &Author, elicitation: Elicitation) -> bool {
        let id = Arc::clone(&elicitation.id);
        self.phase.elicitation = Some(elicitation);
        self.noted(true, author, Slot::Elicitation, id, ChangeKind::Append)
    }

    fn replace(&mut self, author: &Author, side: Side, content: Vec<ContentPart>) -> Result<bool, Refused> {
        let message = self.message_mut(side)?;
        if message.content == content {
            return Ok(false);
        }
        message.content = content;
        Ok(self.noted(true, author, side.slot(), Arc::from(""), ChangeKind::Modify))
    }

    /// Notes a change, if it is one.
    fn noted(&mut self, changed: bool, author: &Author, slot: Slot, path: Arc<str>, kind: ChangeKind) -> bool {
        if changed {
            self.ledger.note(Entry { author: author.clone(), slot, path, kind });
        }
        changed
    }

    fn message_mut(&mut self, side: Side) -> Result<&mut Message, Refused> {
        self.reading = Reading::default();
        match side {
            Side::Args => Ok(&mut self.request.message),
            Side::Result => {
                self.response.as_mut().map(|payload| &mut payload.message).ok_or(Refused { slot: Slot::Result })
            }
        }
    }
}
