import type { Command } from "commander";
import { listCores } from "../machine/cores.node.ts";
import { example, jsonOption } from "./options.ts";
