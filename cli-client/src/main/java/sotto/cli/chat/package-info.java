/// The interactive conversation: what is typed ([sotto.cli.chat.ChatInput]), what happens
/// ([sotto.cli.chat.ChatSession]) and how it looks ([sotto.cli.chat.ChatView]: on a terminal, as
/// plain lines, as JSON).
@NullMarked
package sotto.cli.chat;

import org.jspecify.annotations.NullMarked;
