import type { Profile as Old } from "../../.antler/versions/0_0";
import type { Profile } from "../datamodels/models";

const DEFAULTS = { beta: false, nick: "none" };

export default function migrate(profile: Old): Profile {
  const { id, settings, extra, ...others } = profile;
  const merged = { ...DEFAULTS, ...settings, ...extra };
  return { ...DEFAULTS, ...others, id, settings: merged, others };
}
