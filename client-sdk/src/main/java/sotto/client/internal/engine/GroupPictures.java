package sotto.client.internal.engine;

import java.util.Optional;
import sotto.chain.Bytes;
import sotto.client.internal.store.GroupRow;
import sotto.content.v1.GroupAttributes;
import sotto.content.v1.ProfilePicture;
import sotto.group.GroupId;

/// Fetches the pictures of groups that the user has accepted.
final class GroupPictures {
  private final Core core;
  private final Groups groups;
  private final PictureBlobs pictures;

  GroupPictures(Core core, Groups groups, PictureBlobs pictures) {
    this.core = core;
    this.groups = groups;
    this.pictures = pictures;
  }

  /// Looks whether a group has another picture. Any thread but the lane.
  void wake(GroupId group) {
    Optional<Bytes> wanted = core.lane().call(_ -> wanted(group));
    Optional<Bytes> there = core.lane().call(_ -> groups.row(group).flatMap(GroupRow::pictureRef));
    if (!wanted.equals(there)) {
      core.inBackground("picture", () -> fetch(group, wanted));
    }
  }

  private Optional<Bytes> wanted(GroupId group) {
    return groups
        .row(group)
        .filter(GroupRow::accepted)
        .flatMap(row ->
            groups
                .past(group)
                .flatMap(past -> GroupText.open(row.key(), past.chain().attributes())))
        .filter(GroupAttributes::hasPicture)
        .map(GroupAttributes::getPicture)
        .map(ProfilePicture::toByteArray)
        .map(Bytes::of);
  }

  private void fetch(GroupId group, Optional<Bytes> wanted) {
    Optional<Bytes> picture = wanted.flatMap(ProfileText::picture).flatMap(pictures::fetch);
    core.lane()
        .call(_ -> {
          if (wanted(group).equals(wanted)) {
            // One that is none is not fetched again.
            core.store().groups().setPicture(group, wanted, picture);
          }
          return true;
        });
  }
}
