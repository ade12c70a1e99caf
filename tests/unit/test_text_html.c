/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html: what a reader sees, what is hidden, links, limits. */
#include "lib/test.h"

#include "text/html.h"
#include "util/utf8.h"

static void
check(const char *html, const char *want)
{
	struct html_opts opts = { .link_numbers = true, .link_list = true };
	struct html_text t;

	html_to_text(slice_of(html), &opts, &t);
	assert_string_equal(t.text.p, want);
	assert_false(t.cut);
	html_text_release(&t);
	html_text_release(&t);
}

static void
test_blocks(void **state)
{
	(void)state;
	check("", "");
	check("just  text\n here", "just text here\n");
	check("<p>a<p>b", "a\n\nb\n");
	check("<div>a</div><div>b</div>", "a\nb\n");
	check("<p>&nbsp;</p>", "");
	check("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb\n");
	check("<div>a</div><div><br></div><div>b</div>", "a\n\nb\n");
	check("a<br>b<br><br>c", "a\nb\n\nc\n");
	check("a<br><br><br><br><br>b", "a\n\n\nb\n");
	check("<h1>제목</h1>글<h3>셋</h3>", "# 제목\n\n글\n\n### 셋\n");
	check("<h1>x</h2>y", "# x\n\ny\n");
	check("a<hr>b", "a\n----------------------------------------"
	                "----------------------------------------\nb\n");
	check("<pre> a\n\n  b\tc</pre>d", " a\n\n  b\tc\n\nd\n");
	check("<b>bo</b>ld <i>x</i>", "bold x\n");
}

static void
test_lists_and_quotes(void **state)
{
	(void)state;
	check("<ul><li>a<li>b<ol start=3><li>x</li><li>y</ol><li>c</ul>",
	      "* a\n* b\n  3. x\n  4. y\n* c\n");
	check("<ul><li><p>a</p><p>b</p></li></ul>", "* a\n\n  b\n");
	check("<p>x</p><blockquote>a<p>b</p><blockquote>c</blockquote>"
	      "</blockquote>y",
	      "x\n\n> a\n>\n> b\n>\n> > c\n\ny\n");
	check("<dl><dt>t<dd>d1<dd>d2</dl>", "t\n    d1\n    d2\n");
}

static void
test_tables(void **state)
{
	(void)state;
	check("<table border=1><tr><th>이름<th>수<tr><td>사과<td>3"
	      "<tr><td>배<td>12</table>",
	      "이름  수\n--------\n사과   3\n배    12\n");
	check("<table><tr><td colspan=2>합계<td>9<tr><th>a<th>b<th>c</table>",
	      "합계  9\na  b  c\n");
}

static void
test_layout_tables(void **state)
{
	(void)state;
	check("<table><tr><td><table><tr><td><p>왼쪽</p></td><td><div>오른쪽"
	      "</div></td></tr></table></td></tr></table>",
	      "왼쪽\n\n오른쪽\n");
	check("<table role=presentation><tr><td>a</td><td>b</td></tr>"
	      "<tr><td>c</td><td></td></tr></table>",
	      "a  b\nc\n");
	check("<table><tr><td>only</td></tr></table>", "only\n");
}

/* Where the tree is made as browsers make it. */
static void
test_tree(void **state)
{
	(void)state;
	/* Between rows: before the table. */
	check("<table>x<tr><td>a</td>y</tr><div>z</div></table>", "xy\nz\na\n");
	check("<table><tr><td>a<table><tr><td>b</table>c</table>d",
	      "a\nb\nc\nd\n");
	/* A table between rows ends the one around it. */
	check("<table><tr><td>a</td><table><tr><td>b</table>c", "a\nb\nc\n");
	/* Rows that nobody opened, cells without a table. */
	check("<table><td>a<td>b</table>", "a  b\n");
	check("<tr><td>a</td></tr>b", "ab\n");
	check("<table><caption>a<tr><td>b</table>", "a\nb\n");
	/* A block in a paragraph ends it, not the link around the block. */
	check("<p>a <a href=http://x.kr>b<div>c</div></a>",
	      "a b[1]\n\nc[1]\n\n[1] http://x.kr\n");
	check("<p>a<p>b", "a\n\nb\n");
	check("<h1><a href=http://x.kr>b</a><p>c", "# b[1]\n\n  c\n\n[1] "
	                                           "http://x.kr\n");
	check("<pre>\n a</pre><pre>\r\nb</pre>", " a\n\nb\n");
	check("<pre>a\r\nb\rc</pre>", "a\nb\nc\n");
}

static void
test_entities(void **state)
{
	(void)state;
	check("&lt;b&gt; &amp;amp; &#44032;&#xAC01;&#XAC02",
	      "<b> &amp; 가각갂\n");
	check("&copy2026 &copy; &notit; &notin; &nosuch; &; &# &#; &#x;",
	      "©2026 © ¬it; ∉ &nosuch; &; &# &#; &#x;\n");
	check("&hellip;&hellip &CounterClockwiseContourIntegral;&nGt;",
	      "…&hellip ∳≫⃒\n");
	check("&#128;&#0;&#x110000;&#xd800;&#99999999999;",
	      "€\ufffd\ufffd\ufffd\ufffd\n");
	check("a&nbsp;b&Tab;c&NewLine;d", "a b c d\n");
	check("&am<b>p;</b>", "&amp;\n");
	/* Parameters of an address may look like references. */
	check("<a href='http://x.kr/?a=1&copy=2&lt3&amp;reg;=4&times;'>x</a>",
	      "x[1]\n\n[1] http://x.kr/?a=1&copy=2&lt3&reg;=4×\n");
}

static void
test_list_marks(void **state)
{
	(void)state;
	check("<ol type=a start=25><li>x<li>y<li>z</ol>",
	      "y. x\nz. y\n27. z\n");
	check("<ol type=I start=3><li>x<li>y</ol>", "III. x\nIV. y\n");
	check("<ol type=i start=99><li>x<li>y</ol>", "xcix. x\n100. y\n");
	check("<ol reversed><li>x<li>y</ol>", "2. x\n1. y\n");
	check("<ol start=9><li>x<li>y</ol>", " 9. x\n10. y\n");
	check("<ol start=0><li value=7>x<li>y</ol>", "7. x\n8. y\n");
}

static void
test_struck(void **state)
{
	(void)state;
	check("<del> 9,000원 </del>8,000원", "~~9,000원~~ 8,000원\n");
	check("a<s><b>b</b></s> <strike></strike>c", "a~~b~~ c\n");
	check("<p style='text-decoration: line-through red'>x</p>", "~~x~~\n");
}

static void
test_spacing(void **state)
{
	(void)state;
	check("<p style='margin:0'>a</p><p style='margin:0 0 0 4px'>b</p>",
	      "a\nb\n");
	check("<p class=MsoNormal>a<p class=MsoNormal>&nbsp;<p "
	      "class=MsoNormal>b",
	      "a\n\nb\n");
	check("<div style='padding:20px 0'>a</div>b", "a\n\nb\n");
	check("<div style='padding-left:20px'>a</div>b", "a\nb\n");
	check("<div style='white-space:pre-wrap'>a\n  b</div>", "a\n  b\n");
}

static void
check_cells(const char *html, size_t cells, const char *want)
{
	struct html_opts opts = { .link_numbers = true, .cells = cells };
	struct html_text t;

	html_to_text(slice_of(html), &opts, &t);
	assert_string_equal(t.text.p, want);
	html_text_release(&t);
}

static void
test_lines(void **state)
{
	(void)state;
	check_cells("one two three four", 10, "one two\nthree four\n");
	check_cells("<ul><li>one two three<li>x</ul>", 10,
	            "* one two\n  three\n* x\n");
	check_cells("<blockquote>one two three</blockquote>", 10,
	            "> one two\n> three\n");
	check_cells("가나다 라마바 사아", 10, "가나다\n라마바\n사아\n");
	check_cells("<pre>one  two  three</pre>", 10, "one  two  three\n");
	check_cells("aa <a href=http://x.kr>bb cc<div>dd ee ff gg</div></a>",
	            10, "aa bb cc\ndd ee ff\ngg[1]\n");
}

/* The text of a link is known to its end although its line was broken. */
static void
test_broken_link(void **state)
{
	struct html_opts opts = { .cells = 12 };
	struct html_text t;

	(void)state;
	html_to_text(SLICE_LIT(
			     "words before <a href=http://evil.kr>가나다 라마 "
			     "bank.kr<br>나중</a>"),
	             &opts, &t);
	assert_int_equal(t.link_count, 1);
	assert_string_equal(t.links[0].text, "가나다 라마 bank.kr 나중");
	assert_true(t.links[0].deceives);
	html_text_release(&t);
}

static void
test_wide_columns(void **state)
{
	(void)state;
	check_cells(
		"<table><tr><th>name<th>words<tr><td>a<td>one two three four "
		"five</table>",
		20,
		"name  words\n--------------------\na     one two three\n      four five\n");
	check_cells(
		"<table border=1><tr><td>가나다<td>1,000원<tr><td>라<td>50원"
		"</table>",
		80, "가나다  1,000원\n라         50원\n");
	check_cells("<table><tr><td colspan=2>a long title<td>1"
	            "<tr><td>b<td>c<td>20<tr><td>d<td>e<td>300</table>",
	            80,
	            "a long title    1\nb  c           20\nd  e          "
	            "300\n");
	/* Cells of short lines stand side by side. */
	check_cells("<table><tr><td>a<br>b</td><td>&nbsp;</td><td>c<br>d</td>"
	            "</tr></table>",
	            80, "a  c\nb  d\n");
	/* Sizes and colours of the font make no page of a table. */
	check_cells("<table><tr><td style='font-size:9px;color:red'>a</td><td "
	            "style='font-size:9px'>b</td></tr><tr><td>ccc</td><td>d"
	            "</td></tr></table>",
	            80, "a    b\nccc  d\n");
}

static void
test_images(void **state)
{
	(void)state;
	check("<img src=a><br><img src=b width=300>", "[only images: 2]\n");
	check("<img src=a alt=''>x", "x\n");
	check("<map><area href=http://x.kr alt=가기><area href=http://y.kr></map>",
	      "[가기][1]\n[image][2]\n\n[1] http://x.kr\n[2] http://y.kr\n");
	check("<a href=http://evil.kr>http://bank.kr</a>",
	      "http://bank.kr[1!]\n\n[1] http://evil.kr  (!) the text names "
	      "another place\n");
}

static void
test_narrow_rule(void **state)
{
	struct html_opts opts = { .cells = 3 };
	struct html_text t;

	(void)state;
	html_to_text(SLICE_LIT("a<hr><blockquote><blockquote><hr>b"), &opts,
	             &t);
	assert_string_equal(t.text.p, "a\n---\n\n> > -\n> > b\n");
	html_text_release(&t);
}

static void
test_wide_table(void **state)
{
	struct html_opts opts = { .cells = 20 };
	struct html_text t;

	(void)state;
	html_to_text(SLICE_LIT("<table><tr><th>name<th>words<tr><td>abcdefghij"
	                       "<td>klmnopqrstuv</table>"),
	             &opts, &t);
	assert_string_equal(t.text.p,
	                    "name: abcdefghij\nwords: klmnopqrstuv\n");
	html_text_release(&t);
}

static void
test_links(void **state)
{
	(void)state;
	check("<a href='http://x.kr/a?b&amp;c'>여기</a> <a href=\"http://x.kr/"
	      "a?b&amp;c\">또</a> <a href=mailto:a@b.kr>쓰기</a>",
	      "여기[1] 또[1] 쓰기[2]\n\n[1] http://x.kr/a?b&c\n"
	      "[2] mailto:a@b.kr\n");
	/* Nothing but http, https and mailto can be opened. */
	check("<a href='javascript:alert(1)'>a</a> <a href='file:///etc/passwd'>"
	      "b</a> <a href='data:text/html,x'>c</a> <a href='#x'>d</a>"
	      "<a href='-x'>e</a> <a href='http://'>f</a>",
	      "a b c de f\n");
	check("<a href=\"ht\ntp://x.kr\">a</a> <a href='http://x.kr/\n\033[2J'>"
	      "b</a>",
	      "a b[1]\n\n[1] http://x.kr/[2J\n");
	check("<a href=http://x.kr><img src=a></a>",
	      "[image][1]\n\n[1] http://x.kr\n");
	check("<a href=http://x.kr><img src=a alt='가기'></a>",
	      "[가기][1]\n\n[1] http://x.kr\n");
	check("<a href=http://x.kr></a>x", "x\n");
}

static bool
deceives(const char *html)
{
	struct html_opts opts = { 0 };
	struct html_text t;
	bool yes;

	html_to_text(slice_of(html), &opts, &t);
	assert_int_equal(t.link_count, 1);
	yes = t.links[0].deceives;
	html_text_release(&t);
	return yes;
}

static void
test_deceiving_links(void **state)
{
	(void)state;
	assert_true(deceives("<a href=http://evil.kr>https://bank.co.kr</a>"));
	assert_true(
		deceives("<a href=http://evil.kr>www.bank.co.kr/login</a>"));
	assert_true(
		deceives("<a href=http://bank.co.kr.evil.kr>bank.co.kr</a>"));
	assert_true(deceives("<a href=http://bank.kr@evil.kr/>bank.kr</a>"));
	assert_true(deceives("<a href=mailto:a@evil.kr>help@bank.kr</a>"));
	assert_false(deceives("<a href=https://www.bank.kr/x>bank.kr</a>"));
	assert_false(
		deceives("<a href=https://m.bank.kr/>http://bank.kr/</a>"));
	assert_false(deceives("<a href=https://bank.kr/>여기를 누르세요.</a>"));
	assert_false(deceives("<a href=https://x.kr/f>report.pdf</a>"));
	assert_false(deceives("<a href=https://x.kr/f>ver. 1.2.3</a>"));
	assert_false(deceives("<a href=mailto:a@x.kr?subject=y>a@x.kr</a>"));
}

static void
check_hidden(const char *html, const char *want, size_t hidden, size_t pixels)
{
	struct html_opts opts = { 0 };
	struct html_text t;

	html_to_text(slice_of(html), &opts, &t);
	assert_string_equal(t.text.p, want);
	assert_int_equal(t.hidden_count, hidden);
	assert_int_equal(t.pixel_count, pixels);
	html_text_release(&t);
}

static void
test_hidden(void **state)
{
	(void)state;
	check_hidden("<div style='color:red; DISPLAY : none'>x<p>y</div>z",
	             "z\n", 1, 0);
	check_hidden("<span hidden>x</span>z", "z\n", 1, 0);
	check_hidden("<b style=visibility:hidden>x</b>z", "z\n", 1, 0);
	check_hidden("<div style='max-height:0;overflow:hidden'>x</div>z",
	             "z\n", 1, 0);
	check_hidden("<div style='mso-hide:all'>x</div>z", "z\n", 1, 0);
	check_hidden("<p style='opacity:0'>x</p>z", "z\n", 1, 0);
	check_hidden("<font style='font-size:0px'>x</font>z", "z\n", 1, 0);
	check_hidden("<font style='font-size:0.1px'>x</font>z", "z\n", 1, 0);
	check_hidden("<td style='font-size:0'>x<b style='font-size:14px'>y</b>"
	             "</td>",
	             "xy\n", 0, 0);
	check_hidden("<p style='font-size:12px;opacity:0.5'>x</p>", "x\n", 0,
	             0);
	check_hidden("<table><tr><td style='display:none'>x</td><td>y</td>"
	             "</tr></table>",
	             "y\n", 1, 0);
	check_hidden("<img src=http://t.kr/p width=1 height=1 alt=x>z", "z\n",
	             0, 1);
	check_hidden("<img src=http://t.kr/p style='width:0px'>z", "z\n", 0, 1);
	check_hidden("<img src=a width=100 alt='로고'>z", "[로고]z\n", 0, 0);
	check_hidden("<style>x</style><script>y</script><title>t</title>"
	             "<!-- c --><textarea>q</textarea>z",
	             "z\n", 0, 0);
}

static void
test_colors(void **state)
{
	(void)state;
	check_hidden("<font color=#fff>x</font>z", "z\n", 1, 0);
	check_hidden("<p style='color:rgb(255, 254, 255)'>x</p>z", "z\n", 1, 0);
	check_hidden("<p style='color:rgba(0,0,0,0)'>x</p>z", "z\n", 1, 0);
	check_hidden("<p style='color:transparent'>x</p>z", "z\n", 1, 0);
	check_hidden("<div bgcolor=black><b style='color:#000000'>x</b></div>z",
	             "z\n", 1, 0);
	/* In doubt it is shown. */
	check_hidden("<table bgcolor=navy><tr><td><font color=white>x"
	             "</table>",
	             "x\n", 0, 0);
	check_hidden("<body bgcolor=#000><font color=white>x", "x\n", 0, 0);
	check_hidden("<table><tbody style='background:#000'><tr><td><font "
	             "color=white>x</table>",
	             "x\n", 0, 0);
	check_hidden("<div style='background:#fff url(a.png)'><b style='color:"
	             "#fff'>x</b></div>",
	             "x\n", 0, 0);
	check_hidden(
		"<style>.a{background:#000}</style><b class=a style='color:"
		"#fff'>x</b>",
		"x\n", 0, 0);
	check_hidden("<b style='color:#fff;border:9px solid #000'>x</b>", "x\n",
	             0, 0);
	check_hidden("<font color=#ccc>x</font>", "x\n", 0, 0);
	/* Off the page. */
	check_hidden("<p style='text-indent:-999em'>x</p>z", "z\n", 1, 0);
	check_hidden("<p style='position:absolute;top:-5000px'>x</p>z", "z\n",
	             1, 0);
	check_hidden("<p style='text-indent:-20pt'>x</p>z", "x\n\nz\n", 0, 0);
	/* What holds no words hides none; images in it are there to be loaded. */
	check_hidden("<div style='display:none'>&nbsp;</div>z", "z\n", 0, 0);
	check_hidden("<div style='display:none'><img src=a><img src=b></div>z",
	             "z\n", 0, 2);
}

#define SHEET(css) "<style>" css "</style>"

/* Rules for one name, class or id. */
static void
test_sheet_hides(void **state)
{
	(void)state;
	check_hidden(SHEET(".a{display:none}") "<p class=a>x</p>z", "z\n", 1,
	             0);
	check_hidden(
		SHEET(".a { color:red; DISPLAY : none !important; }") "<p class=' b a '>x</p>z",
		"z\n", 1, 0);
	check_hidden(SHEET("#i{visibility:hidden}") "<p id=i>x</p>z", "z\n", 1,
	             0);
	check_hidden(SHEET("P.a{font-size:0}") "<p class=a>x</p>z", "z\n", 1,
	             0);
	check_hidden(SHEET("b#i{opacity:0}") "<b id=i>x</b>z", "z\n", 1, 0);
	check_hidden(SHEET("o\\:p{x:y}big{display:none}") "<big>x</big>z",
	             "z\n", 1, 0);
	check_hidden(
		SHEET("<!-- /* c */ .q,\n.a , h9 {display:none} -->") "<b class=a>x</b>z",
		"z\n", 1, 0);
	check_hidden(SHEET("@import 'x';@font-face{a:b}@media print{.b{c:d}}"
	                   ".a{display:none}") "<b class=a>x</b>z",
	             "z\n", 1, 0);
	check_hidden(
		SHEET(".a{display:block}.a{display:none}") "<b class=a>x</b>z",
		"z\n", 1, 0);
	check_hidden(
		SHEET("b{display:block}.a{display:none}") "<b class=a>x</b>z",
		"z\n", 1, 0);
	/* The sheet may come last. */
	check_hidden("<b class=a>x</b>z" SHEET(".a{display:none}"), "z\n", 1,
	             0);
	check_hidden("<b class=a>x</b>z" SHEET(".a{display:none}") "y", "zy\n",
	             1, 0);
	/* Sizes: what is inside may have one again. */
	check_hidden(
		SHEET(".o{font-size:0}.i{font-size:14px}") "<div class=o>x<b class=i>y</b></div>",
		"y\n", 1, 0);
	check_hidden(
		SHEET(".o{font-size:0}.o .k td{font-size:14px}") "<div class=o>x<table><tr><td>y</table></div>",
		"y\n", 1, 0);
	/* Small screens. */
	check_hidden(
		SHEET(".m{display:none}@media only screen and (max-width:"
	              "600px){.m{display:block !important}}") "<p class=m>x</p>z",
		"z\n", 1, 0);
}

/* In doubt words are shown. */
static void
test_sheet_shows(void **state)
{
	static const char *const rules[] = {
		".b{display:none}",
		".A{display:none}",
		"i.a{display:none}",
		".a.b{display:none}",
		".x .a{display:none}",
		".x>.a{display:none}",
		".a:hover{display:none}",
		".a[x]{display:none}",
		"*{display:none}",
		"[class=a]{display:none}",
		".a::before{display:none}",
		".a{display:none}.a{display:block}",
		".a{display:none}p.a{display:block}",
		".a{display:none}.x .a{display:inline}",
		".a{display:none}.x p.a{display:inline}",
		".a{display:none}.x p{display:inline}",
		".a{display:none}#i{display:block}",
		".a{display:none}[x]{display:block}",
		".a{display:none}*{visibility:visible}",
		".a{display:none}@media (min-width:1px){.a{display:block}}",
		".a{font-size:0}*{font-size:12px}",
		".a{font-size:0}p{font-size:12px}",
		"@media(max-width:9px){.a{display:none}}",
		"@media print{.a{display:none}}",
		"@media screen{.a{display:none}}",
		"@media x{@media y{.a{display:none}",
		"/* .a{display:none}",
		".a{/* display:none",
		"}}}{{{",
	};
	struct str html;

	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		str_init(&html, 1000);
		str_printf(&html, SHEET("%s") "<p class=a id=i>x</p>",
		           rules[i]);
		check_hidden(html.p, "x\n", 0, 0);
		str_release(&html);
	}
	check_hidden(
		SHEET(".a{display:none}") "<p class=a style='display:block'>x</p>",
		"x\n", 0, 0);
	check_hidden(
		SHEET(".a{font-size:0}") "<p class=a style='font-size:9px'>x</p>",
		"x\n", 0, 0);
	/* For one program only. */
	check_hidden(
		"<!--[if mso]>" SHEET(".a{display:none}") "<![endif]-->"
							  "<p class=a>x</p>",
		"x\n", 0, 0);
}

static void
test_safe_output(void **state)
{
	(void)state;
	check("&#27;[2J&#155;31m&#7;", "\xef\xbf\xbd[2J\u203a"
	                               "31m"
	                               "\xef\xbf\xbd\n");
	check("a&#8238;b&#x200e;c", "a[RLO]bc\n");
	check("a\xe2\x80\x8b&zwnj;&shy;b", "ab\n");
	check("&#x1112;&#x1161;&#x11ab;", "\u1112\u1161\u11ab\n");
	check("<a href='http://x.kr/&#x202e;y'>q</a>",
	      "q[1]\n\n[1] http://x.kr/y\n");
}

static void
test_broken_html(void **state)
{
	(void)state;
	check("a < b <3 x", "a < b <3 x\n");
	check("a<!-- never closed", "a\n");
	check("a</p></div></table></b>b", "ab\n");
	check("<p", "");
	check("a<p title='x", "a\n");
	check("<table>x<tr><td>a</table>", "x\na\n");
	check("<li>a<li>b", "* a\n* b\n");
	check("<a href=\"x'y\"z=1>t</a>", "t\n");
	check("<P>A</P><BR/>B", "A\n\n\nB\n");
}

/* What must not crash, take more than linear time or come out unsafe. */
static void
check_flood(const char *piece, size_t times)
{
	struct html_opts opts = { .link_numbers = true, .link_list = true };
	struct html_text t;
	struct str s;

	str_init(&s, 64 << 20);
	for (size_t i = 0; i < times; i++)
		str_add_z(&s, piece);
	html_to_text(str_slice(&s), &opts, &t);
	assert_true(utf8_valid(t.text.p, t.text.n));
	html_text_release(&t);
	str_release(&s);
}

static void
test_floods(void **state)
{
	static const char *const pieces[] = {
		"<div>",
		"<table>",
		"<table><tr><td>",
		"<b id=1>x",
		"<p><font color=red>x</p>",
		"<blockquote>x",
		"<ul><li>",
		"<!--",
		"<svg><select>",
		"<a href='http://x.kr'>x",
		"</div></b></a>",
		"<div style='font-size:0'>",
		"<td></table>",
		"<table>x",
		"<table><tr><p><a href='http://x.kr'><div>x",
		"<p><a href='http://x.kr'>",
		"<font color=red>x",
		"&abcdef",
		"a<b>",
		"<style>.a{display:none}</style><b class=a>",
		"<style>@a;.b{",
	};

	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
		check_flood(pieces[i], 100000);
}

static void
test_maximum(void **state)
{
	struct html_opts opts = { .max = 10 };
	struct html_text t;

	(void)state;
	html_to_text(SLICE_LIT("가나다라마바사"), &opts, &t);
	assert_string_equal(t.text.p, "가나다");
	assert_true(t.cut);
	html_text_release(&t);
}

static const char every_element[] =
	"<html><head><title>t</title><meta charset=utf-8></head><body><h1>a</h1>"
	"<p style='font-size:0'>b<a href=\"http://x.kr/?a&amp;b\">c<img alt='d'"
	"></a><ul><li>e<ol><li value=7>f</ol></ul><table border=1><tr><th>g<th>h"
	"<tr><td rowspan=2>i<td colspan=2>j</table><blockquote>k</blockquote>"
	"<pre>l\nm</pre><!-- n --><dl><dt>o<dd>p</dl><hr>&#x1f600;&nbsp;한";

static void
test_cut_everywhere(void **state)
{
	struct slice html = SLICE_LIT(every_element);
	struct html_opts opts = { .link_numbers = true, .link_list = true };

	(void)state;
	for (size_t n = 0; n <= html.n; n++) {
		struct html_text t;

		opts.max = n % 3 == 0 ? n / 4 + 1 : 0;
		html_to_text(slice_head(html, n), &opts, &t);
		html_text_release(&t);
	}
}

static void
test_meta(void **state)
{
	(void)state;
	assert_slice(html_meta_charset(SLICE_LIT("<meta charset=euc-kr>")),
	             "euc-kr");
	assert_slice(html_meta_charset(SLICE_LIT(
			     "<META http-equiv=Content-Type content=\"text/"
			     "html; charset=ks_c_5601-1987\">")),
	             "ks_c_5601-1987");
	assert_slice(html_meta_charset(SLICE_LIT("<meta name=x><meta charset = "
	                                         "'UTF-8' />")),
	             "UTF-8");
	assert_slice(html_meta_charset(SLICE_LIT("<p>charset=x")), "");
	assert_slice(html_meta_charset(SLICE_LIT("<meta charset")), "");
	assert_slice(html_meta_charset(SLICE_NONE), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_lists_and_quotes),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_layout_tables),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_entities),
		cmocka_unit_test(test_list_marks),
		cmocka_unit_test(test_struck),
		cmocka_unit_test(test_spacing),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_broken_link),
		cmocka_unit_test(test_wide_columns),
		cmocka_unit_test(test_images),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_narrow_rule),
		cmocka_unit_test(test_wide_table),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_deceiving_links),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_sheet_hides),
		cmocka_unit_test(test_sheet_shows),
		cmocka_unit_test(test_safe_output),
		cmocka_unit_test(test_broken_html),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_meta),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
