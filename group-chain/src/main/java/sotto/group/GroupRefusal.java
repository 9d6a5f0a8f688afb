package sotto.group;

/// Why a change does not belong where it was put.
public enum GroupRefusal {
  /// The bytes are no change.
  MALFORMED,
  /// A founding was wanted and this is another kind, or it was offered to a chain that has one.
  NOT_A_FOUNDING,
  /// It is a change of another group.
  OTHER_GROUP,
  /// Another change already stands at this revision: a fork, or someone was faster.
  REVISION_TAKEN,
  /// Changes between the head and this one are missing.
  REVISION_AHEAD,
  /// The next revision, but it follows another head: a fork.
  WRONG_PREVIOUS,
  /// The caller knows no such device, or none that may sign.
  UNKNOWN_AUTHOR,
  /// The signature is not the author's over this body.
  BAD_SIGNATURE,
  /// The group has ended.
  ENDED,
  /// The chain has as many bytes as one may have; only removals, leaves and the end can follow.
  TOO_LONG,
  /// The author is no member, and this takes one.
  NOT_A_MEMBER,
  /// The author's role does not allow it.
  NOT_ALLOWED,
  /// It would change nothing.
  NO_CHANGE,
  /// The account is a member already.
  ALREADY_MEMBER,
  /// The account to remove, or whose role to set, is no member.
  UNKNOWN_MEMBER,
  /// Who goes himself leaves; a removal is for others.
  REMOVES_SELF,
  /// Others would be left without an owner: make one first, or end the group.
  LAST_OWNER,
  /// The group would have more than 1,024 members.
  TOO_MANY_MEMBERS,
  /// The account was removed or declined; it comes back only if an owner or admin adds it.
  BARRED,
  /// The group has no invite link.
  NO_LINK,
  /// The proof is not the link's for this group and account.
  BAD_PROOF,
  /// The link lets nobody in without approval: request to join.
  APPROVAL_NEEDED,
  /// The link needs no approval: join.
  APPROVAL_NOT_NEEDED,
  /// The account's request is pending already.
  ALREADY_ASKED,
  /// 256 requests are pending.
  TOO_MANY_REQUESTS,
  /// The account whose request to answer has none pending.
  UNKNOWN_REQUEST
}
