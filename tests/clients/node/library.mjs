// OpenAI's library for Node and Vercel's AI SDK: one call a line from standard input, one line of what came of it.
// Pictures come back in base64; an error as {error: the library's class for it, message}.

import { createReadStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateImage } from "ai";
import OpenAI from "openai";

globalThis.AI_SDK_LOG_WARNINGS = false; // standard output is ours

const [baseURL, apiKey] = process.argv.slice(2);
const openai = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const limner = createOpenAICompatible({ name: "limner", baseURL, apiKey });

const verbs = {
  generate: ({ fields }) => openai.images.generate(fields),
  edit: ({ fields, files }) => openai.images.edit({ ...fields, image: files.map((path) => createReadStream(path)) }),
  async edit_streamed({ fields, files }) {
    const image = files.map((path) => createReadStream(path));
    const events = [];
    for await (const event of await openai.images.edit({ ...fields, image, stream: true })) events.push(event);
    return { events };
  },
  async vercel({ model, prompt, files = [], ...fields }) {
    const images = files.map((path) => readFileSync(path));
    const answer = await generateImage({
      model: limner.imageModel(model),
      prompt: images.length ? { text: prompt, images } : prompt,
      maxRetries: 0,
      ...fields,
    });
    return {
      images: answer.images.map(({ base64, mediaType }) => ({ base64, mediaType })),
      calls: answer.calls.length,
      warnings: answer.warnings,
    };
  },
};

async function called(told) {
  try {
    return await verbs[told.verb](told);
  } catch (error) {
    return { error: error.constructor.name, message: error.message, param: error.param, code: error.code };
  }
}

const require = createRequire(import.meta.url);
const { dependencies } = require("./package.json");
const have = Object.keys(dependencies).map((name) => [name, require(`./node_modules/${name}/package.json`).version]);
console.log(JSON.stringify(Object.fromEntries(have)));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await called(JSON.parse(line))));
}
