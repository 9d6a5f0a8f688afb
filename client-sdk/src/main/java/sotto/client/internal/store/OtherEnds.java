package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.client.Username;

/// Which conversation is with whom, for history that leaves the store or comes to it.
public final class OtherEnds {
  /// Conversations that history can name, as a condition on the table `contact`.
  static final String NAMED = "(account_id IS NOT NULL OR id IN (SELECT contact FROM chat_group))";

  private final Contacts contacts;
  private final GroupRows groups;
  private final Sql sql;

  OtherEnds(Sql sql, Contacts contacts, GroupRows groups) {
    this.sql = sql;
    this.contacts = contacts;
    this.groups = groups;
  }

  /// The other end of a conversation; empty if no account and no group is known for it.
  public Optional<OtherEnd> of(long contact) {
    Optional<OtherEnd> group =
        groups.of(contact).map(row -> new OtherEnd.InGroup(row.id(), row.key()));
    return group.or(() ->
        contacts
            .find(contact)
            .flatMap(row ->
                row.account()
                    .map(account ->
                        new OtherEnd.Person(
                            account, row.username().map(Username::value).orElse("")))));
  }

  /// All conversations that history can name.
  public List<Long> all() {
    return sql.list("SELECT id FROM contact WHERE " + NAMED + " ORDER BY id", r -> r.number(1));
  }

  /// The conversation with somebody or a group, made if there is none. The changes of a group that
  /// was not known are to be fetched.
  public long findOrAdd(OtherEnd end, long now) {
    return switch (end) {
      case OtherEnd.Person person -> contacts.findOrAdd(person.account(), now).id();
      case OtherEnd.InGroup(var group, var key) ->
          groups
              .find(group)
              .map(GroupRow::contact)
              .orElseGet(() -> {
                long contact = contacts.addForGroup(now);
                groups.add(contact, group, key, Optional.empty());
                contacts.accept(contact);
                return contact;
              });
    };
  }

  /// The same, with a name for who has none yet.
  public long findOrAddWithHint(OtherEnd end, long now) {
    long contact = findOrAdd(end, now);
    if (end instanceof OtherEnd.Person(var _, String hint)
        && Username.valid(hint)
        && contacts.get(contact).username().isEmpty()) {
      contacts.setHint(contact, Optional.of(hint));
    }
    return contact;
  }
}
