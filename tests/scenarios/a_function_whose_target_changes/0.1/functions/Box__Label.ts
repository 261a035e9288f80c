import type { Box, Label } from "../datamodels/models";

export default function run(box: Box): Label {
  return { id: box.id, text: "for " + box.to, size: box.to.length };
}
