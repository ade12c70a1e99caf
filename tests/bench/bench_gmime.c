/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work of bench_mime.c done by GMime. */
#include <gmime/gmime.h>
#include <stdint.h>

#include "bench/bench.h"

static size_t
fields(GMimeObject *o)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(o);
	size_t n = 0;

	for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
		const char *value = g_mime_header_get_value(
			g_mime_header_list_get_header_at(list, i));

		n += value != NULL ? strlen(value) : 0;
	}
	return n;
}

static void
add_text(GMimeObject *parent, GMimeObject *part, gpointer data)
{
	size_t *total = data;
	char *text;

	(void)parent;
	*total += fields(part);
	if (!GMIME_IS_TEXT_PART(part))
		return;
	text = g_mime_text_part_get_text((GMimeTextPart *)part);
	if (text != NULL)
		*total += strlen(text);
	g_free(text);
}

static size_t
read_message(GMimeMessage *m)
{
	char *from = internet_address_list_to_string(g_mime_message_get_from(m),
	                                             NULL, FALSE);
	size_t total = fields(GMIME_OBJECT(m));

	total += from != NULL ? strlen(from) : 0;
	g_free(from);
	total += g_mime_message_get_date(m) != NULL ? 1 : 0;
	g_mime_message_foreach(m, add_text, &total);
	return total;
}

static size_t
one(const char *p, size_t n)
{
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes = g_byte_array_new_take((guint8 *)(uintptr_t)p, n);
	GMimeParser *parser;
	GMimeMessage *m;
	size_t total = 0;

	/* Borrowed: taken out again before the stream goes. */
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(stream), bytes);
	parser = g_mime_parser_new_with_stream(stream);
	m = g_mime_parser_construct_message(parser, NULL);
	if (m != NULL) {
		total = read_message(m);
		g_object_unref(m);
	}
	g_object_unref(parser);
	g_object_unref(stream);
	(void)g_byte_array_steal(bytes, NULL);
	g_byte_array_unref(bytes);
	return total;
}

int
main(int argc, char **argv)
{
	g_mime_init();
	return bench_main(argc, argv, one);
}
