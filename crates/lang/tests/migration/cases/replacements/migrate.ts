import type { Message as Old } from "../../.antler/versions/0_0";
import type { Message } from "../datamodels/models";

export default function migrate(message: Old): Message {
  const width = Math.min(message.width, 50);
  return {
    id: message.id,
    greeting: "Hello {name}!".replace("{name}", message.name),
    all: message.text.replaceAll("a", message.name),
    dollars: message.text.replace("a", "$$<$&>$1"),
    padded: message.name.padStart(width, "0"),
    ended: message.name.padEnd(width, ".-"),
    stars: "*".repeat(Math.max(0, width)),
    spelled: message.name.split("").join("-"),
  };
}
